/** Phase 6: what was found, written down and said aloud. */
import frontMatter from 'code:electron/export/model-card.ts#front-matter'
import limits from 'code:electron/export/model-card.ts#limits'
import { cardIsHonest } from '../../../shared/lessons/checks/deployment.ts'
import { savedOnce } from '../../../shared/lessons/run-checks.ts'
import { exportNewest, reportRun } from '../export-newest.ts'
import { cardsScored, judgedExport, judgedRuns } from '../judged.ts'
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
      run: reportRun,
      widget: 'run-report',
      check: judgedRuns([runNames.report], savedOnce),
      code: [],
    },
    {
      id: 'model-card',
      title: 'What must a model say about itself?',
      run: exportNewest,
      widget: 'model-card',
      check: judgedExport(cardIsHonest),
      code: [frontMatter, limits],
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
