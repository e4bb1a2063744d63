/**
 * TensorFlow.js core, with the gradients that it leaves out unless asked. Everything else imports it from here, so
 * that one copy is loaded.
 */
import * as tf from '@tensorflow/tfjs-core'
// After the line above, which sets up what it needs.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js'

export { tf }
