/** The files of a bundle beside its data and weights: Python as it lies in `python/`, taken in at build. */
import bert from './python/bert.py?raw'
import check from './python/check.py?raw'
import distilbert from './python/distilbert.py?raw'
import fineTuning from './python/fine_tuning.py?raw'
import kaggle from './python/kaggle_run.py?raw'
import journal from './python/journal.py?raw'
import records from './python/records.py?raw'
import requirements from './python/requirements.txt?raw'
import rows from './python/rows.py?raw'
import runBat from './python/run_ddp.bat?raw'
import runShell from './python/run_ddp.sh?raw'
import slurm from './python/slurm.sbatch?raw'
import stepClock from './python/step_clock.py?raw'
import train from './python/train_ddp.py?raw'
import type { Architecture } from '../../shared/domain/model-config.ts'

const models: Record<Architecture, string> = { bert, distilbert }

export const bundleFiles = (architecture: Architecture): Readonly<Record<string, string>> => ({
  'train_ddp.py': train,
  'model.py': models[architecture],
  'check.py': check,
  'step_clock.py': stepClock,
  'fine_tuning.py': fineTuning,
  'rows.py': rows,
  'journal.py': journal,
  'records.py': records,
  'requirements.txt': requirements,
  'run_ddp.sh': runShell,
  // cmd.exe reads a label or a jump wrongly where lines end as elsewhere.
  'run_ddp.bat': runBat.replaceAll('\n', '\r\n'),
  'slurm.sbatch': slurm,
  'kaggle_run.py': kaggle,
})
export const executableFiles: readonly string[] = ['run_ddp.sh', 'slurm.sbatch']
