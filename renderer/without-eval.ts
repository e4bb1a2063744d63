/** First import of the page: zod probes for `new Function` unless told not to, and our content security policy forbids it. */
import { config } from 'zod'

config({ jitless: true })
