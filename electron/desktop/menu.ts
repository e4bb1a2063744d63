/** The application menu: only what the page cannot offer itself, by the system's own roles, so that shortcuts are the usual ones. */
import type { MenuItemConstructorOptions } from 'electron'
import { Menu } from 'electron'

export function installMenu(): void {
  const lab: MenuItemConstructorOptions =
    process.platform === 'darwin' ? { role: 'appMenu' } : { label: 'Lab', submenu: [{ role: 'quit' }] }
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      { role: 'reload' },
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
      { role: 'toggleDevTools' },
    ],
  }
  Menu.setApplicationMenu(Menu.buildFromTemplate([lab, { role: 'editMenu' }, view]))
}
