/** One way to say that a model's tokenizer is not one the lab reads. */
import { LabError } from '../../shared/contract/errors.ts'

/** `file`: the one in the model folder that the `cause` is about. */
export function invalidTokenizer(file: string, cause: string, error?: unknown): LabError {
  return new LabError(
    {
      code: 'MODEL_INVALID',
      title: `The ${file} of this model cannot be used`,
      cause: `The lab reads BERT WordPiece tokenizers, but of this one: ${cause}.`,
      suggestion: 'Use a model folder written by the lab, or by transformers for a BERT or DistilBERT model.',
    },
    { cause: error },
  )
}
