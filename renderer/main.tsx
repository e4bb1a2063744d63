/** Entry of the page. */
import './without-eval.ts'
import '@mantine/core/styles.css'
import './ui/theme.css'
import { MantineProvider } from '@mantine/core'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { startLab } from './state/start.ts'
import { cssVariables, theme } from './ui/theme.ts'

startLab()
createRoot(document.getElementById('root')!).render(
  <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
    <App />
  </MantineProvider>,
)
