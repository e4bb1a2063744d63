/** Experiment 18: what can be wrong before the first step. */
import hardCoded from 'code:electron/workbench/programs/pre-flight.ts#one-device'
import device from 'code:electron/workbench/programs/pre-flight.ts#device'
import { toldApart } from '../../judged.ts'
import type { Experiment } from '../../lesson.ts'

export const experiment = {
  number: 18,
  id: 'pre-flight',
  title: 'Start in a broken environment',
  prediction: {
    question: 'A busy port, two ranks on one device, too many threads: which of them can be found before the first step?',
    options: ['Only the busy port', 'None: they show while it trains', 'All three, with a few lines each'],
    expected: 2,
  },
  broken: {
    kind: 'programs',
    label: 'Look at three bad starts',
    requests: [
      { program: 'pre-flight', arm: 'one-device' },
      { program: 'pre-flight', arm: 'too-many-threads' },
      { program: 'pre-flight', arm: 'port-busy' },
    ],
  },
  fixed: { kind: 'programs', label: 'Look at a good one', requests: [{ program: 'pre-flight', arm: 'fixed' }] },
  widget: 'pre-flight',
  check: toldApart('pre-flight', ['one-device', 'too-many-threads', 'port-busy'], 'fixed'),
  code: { broken: [hardCoded, device], fixed: [device] },
  say: 'Before the first step I check: the rendezvous port is free, each rank has its own device from LOCAL_RANK rather than a hard-coded cuda:0, and ranks × threads does not exceed the cores. Two ranks on one GPU or oversubscribed threads do not fail, they are just mysteriously slow.',
} satisfies Experiment
