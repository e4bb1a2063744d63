/** Whether the lab can be reached, for the status bar and for whoever must ask again after a reconnect. */
import { create } from 'zustand'
import type { ConnectionState } from '../ipc/client.ts'

export const useConnection = create<ConnectionState>(() => ({ status: 'connecting', refusal: null, generation: 0 }))
