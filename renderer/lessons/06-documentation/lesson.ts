/** Phase 6: what was found, written down and said aloud. */
import { savedOnce } from '../../../shared/lessons/run-checks.ts'
import { cardsScored, judgedRuns } from '../judged.ts'
import type { Lesson } from '../lesson.ts'
import { runNames } from '../run-names.ts'
import { enoughFindings, findingRuns } from '../findings.ts'
import { pitfalls, questions } from './cards.ts'

export const documentation = {
  number: 6,
  id: 'documentation',
  title: 'Documentation',
  aim: 'You can hand over what you measured, and explain it in an interview.',
  steps: [
    {
      id: 'report',
      title: 'What belongs into a report?',
      run: {
        kind: 'training',
        label: 'Train three epochs on two ranks',
        config: { name: runNames.report, model: 'tiny', worldSize: 2, epochs: 3 },
      },
      widget: 'run-report',
      check: judgedRuns([runNames.report], savedOnce),
      code: [],
    },
    {
      id: 'interview',
      title: 'What have you proven?',
      run: { kind: 'cards', shows: findingRuns },
      widget: 'interview-summary',
      check: enoughFindings,
      code: [],
    },
    {
      id: 'questions',
      title: 'Eight questions, answered aloud',
      run: { kind: 'cards' },
      widget: 'questions',
      check: cardsScored(questions),
      code: [],
    },
    {
      id: 'pitfalls',
      title: 'Twelve pitfalls: what is wrong here?',
      run: { kind: 'cards' },
      widget: 'pitfalls',
      check: cardsScored(pitfalls),
      code: [],
    },
  ],
} satisfies Lesson
