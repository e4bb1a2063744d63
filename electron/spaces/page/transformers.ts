/** Entry of the library that a static Space brings along: what its page uses of transformers.js, and nothing else. */
export { AutoModelForSequenceClassification, AutoTokenizer, env, Tensor } from '@huggingface/transformers'
