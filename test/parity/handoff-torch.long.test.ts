/** More of BERT in a bundle under torchrun than handoff-torch.test.ts has time for. Needs torch, else skipped. */
import { beforeEach, it } from 'vitest'
import type { RunConfigInput } from '../../shared/domain/run-config.ts'
import { fineTunesAlike, whyNoTorch } from '../helpers/torchrun.ts'

beforeEach((ctx) => ctx.skip(whyNoTorch !== null, whyNoTorch ?? ''))

it.each<[string, RunConfigInput]>([
  ['all of it', {}],
  ['its head alone', { freeze: 'encoder' }],
])('a bundle under torchrun fine-tunes BERT as our own ranks do: %s', (_, change) => fineTunesAlike(change))
