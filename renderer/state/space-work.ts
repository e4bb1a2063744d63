/** What the lab writes and pushes for Spaces, told to the two stores that show it; it goes on while nobody looks. */
import { lab } from '../ipc/client.ts'
import { useDeploy } from './deploy.ts'
import { useSpacePush } from './space-push.ts'

/** Listens for as long as the connection lasts; to be called again for the next one. */
export async function followSpaceWork(): Promise<void> {
  void useDeploy.getState().refreshFolders()
  try {
    for await (const { writing, pushing } of await lab.deploy.watch()) {
      useDeploy.getState().hear(writing)
      useSpacePush.getState().hear(pushing)
    }
  } catch {
    // The connection is lost, which the status bar says; the next one asks anew.
  }
}
