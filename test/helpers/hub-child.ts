/** Fetches one file of a model repository with the settings of its environment; run as a program of its own, to be killed. */
import { Hub, hubSettings } from '../../electron/hub/hub.ts'

const [id = '', path = ''] = process.argv.slice(2)
await new Hub(hubSettings()).fetch({ kind: 'model', id, revision: 'main' }, [path])
