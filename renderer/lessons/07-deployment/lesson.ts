/** Phase 7: the model leaves the lab. */
import agreement from 'code:electron/export/measure.ts#agreement'
import accumulate from 'code:electron/engine/loop.ts#accumulate'
import loop from 'code:electron/engine/loop.ts#loop'
import refusals from 'code:electron/serving/errors.ts#field-invalid'
import routes from 'code:electron/serving/routes.ts#predict'
import spaces from 'code:electron/workbench/programs/space-folders.ts#spaces'
import spaceImage from 'code:electron/spaces/docker-space.ts#image'
import torchStep from 'code:electron/handoff/python/train_ddp.py#step'
import torchWrap from 'code:electron/handoff/python/train_ddp.py#wrap'
import { exportAgrees } from '../../../shared/lessons/checks/deployment.ts'
import { exportNewest } from '../export-newest.ts'
import { judged, judgedExport } from '../judged.ts'
import type { Lesson } from '../lesson.ts'

export const deployment = {
  number: 7,
  id: 'deployment',
  title: 'Deployment',
  aim: 'You can take a model out of the lab: as files, as a service, as a Space, and as a training for real GPUs.',
  steps: [
    {
      id: 'export',
      title: 'Does the model answer the same elsewhere?',
      run: exportNewest,
      widget: 'export-files',
      check: judgedExport(exportAgrees),
      code: [agreement],
    },
    {
      id: 'http-api',
      title: 'What does a service answer to nonsense?',
      run: { kind: 'programs', label: 'Serve a model and ask it', requests: [{ program: 'http-api', arm: 'measured' }] },
      widget: 'http-exchanges',
      check: judged('http-api', 'measured'),
      code: [routes, refusals],
    },
    {
      id: 'space',
      title: 'What must be in a Space that others can open?',
      run: { kind: 'programs', label: 'Write both kinds of Spaces', requests: [{ program: 'space-folders', arm: 'measured' }] },
      widget: 'space-folders',
      check: judged('space-folders', 'measured'),
      code: [spaces, spaceImage],
    },
    {
      id: 'hand-off',
      title: 'How does this training get onto two real GPUs?',
      run: { kind: 'programs', label: 'Write a bundle for torchrun', requests: [{ program: 'torch-bundle', arm: 'measured' }] },
      widget: 'bundle-files',
      check: judged('torch-bundle', 'measured'),
      code: [accumulate, loop, torchStep, torchWrap],
      experiments: ['sum-loss', 'accumulation-sync'],
    },
  ],
} satisfies Lesson
