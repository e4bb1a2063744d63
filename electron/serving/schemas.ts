/** Bodies of the HTTP API, in the field names of the original's FastAPI service. /docs is made of them. */
import { z } from 'zod'
import { servingLimits } from './limits.ts'

const exampleText = 'Oil prices jump after a pipeline is attacked'
const exampleAnswer = {
  label: 'Business',
  confidence: 0.91,
  all_probabilities: { World: 0.06, Sports: 0.01, Business: 0.91, 'Sci/Tech': 0.02 },
}

const textSchema = z
  .string()
  .max(servingLimits.textCharacters, `must have at most ${servingLimits.textCharacters} characters`)
  .regex(/\S/, 'must not be empty')

export const predictBodySchema = z
  .object({ text: textSchema.describe('A headline; what does not fit into the model is cut off') })
  .meta({ examples: [{ text: exampleText }] })

export const predictBatchBodySchema = z
  .object({
    texts: z
      .array(textSchema)
      .min(1, 'must have at least one text')
      .max(servingLimits.textsPerRequest, `must have at most ${servingLimits.textsPerRequest} texts`),
  })
  .meta({ examples: [{ texts: [exampleText, 'Late header settles cup semi-final'] }] })

export const answerSchema = z
  .object({
    label: z.string().describe('The most probable class'),
    confidence: z.number().describe('Its probability'),
    all_probabilities: z.record(z.string(), z.number()).describe('By class; they add up to 1'),
  })
  .meta({ examples: [exampleAnswer] })
export type Answer = z.infer<typeof answerSchema>

export const batchAnswerSchema = z
  .object({ predictions: z.array(answerSchema).describe('In the order of the texts') })
  .meta({ examples: [{ predictions: [exampleAnswer] }] })

export const healthSchema = z
  .object({
    status: z.enum(['ok', 'loading', 'failed']),
    model_loaded: z.boolean(),
    model: z.string().describe('Its name'),
    version: z.string().nullable().describe('The checkpoint whose weights are loaded, or their digest; null: not known'),
  })
  .meta({ examples: [{ status: 'ok', model_loaded: true, model: 'tiny on AG News', version: 'step-000120' }] })

const failureSchema = z.object({
  code: z.string(),
  title: z.string().describe('What happened'),
  cause: z.string().describe('Why'),
  suggestion: z.string().describe('What to do next'),
})

export const errorBodySchema = z.object({ error: failureSchema, request_id: z.string() }).meta({
  examples: [
    {
      error: {
        code: 'REQUEST_INVALID',
        title: 'text must not be empty',
        cause: "The request's JSON was read, but text must not be empty.",
        suggestion: 'Send {"text": "…"} to /predict, or {"texts": ["…", …]} to /predict/batch; /docs shows examples.',
      },
      request_id: '0b5c8a8e-6f0e-4a53-9a1c-0d8a8a6d3c1f',
    },
  ],
})
