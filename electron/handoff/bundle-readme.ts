/** The README of a bundle. Texts from outside (labels, file names) are not in it: nothing to escape. */
import { kaggleByHand, kaggleTrouble } from '../../shared/domain/kaggle-by-hand.ts'
import { freezeInWords, globalBatch } from '../../shared/domain/run-config.ts'
import type { RunRecord } from '../../shared/domain/run.ts'

export function bundleReadme({ config, modelConfig, trainCount, validationCount, parameterCount }: RunRecord): string {
  const perRank = config.microBatch * config.gradAccumSteps
  return `# Train it with torchrun

A bundle of DistriNews Lab: plain PyTorch that trains the lab's classifier with DistributedDataParallel. It needs Python 3.8
and PyTorch 1.13, or newer ones, and nothing else (\`pip install -r requirements.txt\`); nothing is downloaded.

\`\`\`sh
./run_ddp.sh          # one rank for each GPU; without GPUs two CPU ranks over gloo
./run_ddp.sh 2        # exactly two ranks (run_ddp.bat 2 on Windows)
sbatch slurm.sbatch   # on a Slurm cluster, in this folder
\`\`\`

Another Python than python3: \`PYTHON=/path/to/python ./run_ddp.sh\`. What is missing is said in two lines before anything
starts. It writes \`out/\` (\`run.json\`, \`metrics.jsonl\`, \`model/\`), and never into a folder that holds something: to train
again, move \`out/\` away, or give \`--out\` another one. A run that was killed leaves what it had written up to its last
epoch; that can be imported, and a new one begins from the start.

Bring the folder back, in the lab's own folder:

\`\`\`sh
npm run import-run -- --from /path/to/out
\`\`\`

and the run stands in the lab beside its own, marked as imported, with its charts, its report and its model. (In the
window: Runs, Import a run.)

| what | here |
| --- | --- |
| model | ${modelConfig?.architecture === 'bert' ? 'BERT' : 'DistilBERT'}, ${parameterCount} parameters, in \`model.py\`; names as in transformers |
| rows | ${trainCount} to train, ${validationCount} to validate, tokenized, in \`data/\` |
| recipe | AdamW, lr ${config.learningRate} (${config.schedule}), weight decay ${config.weightDecay}, ${config.epochs} epochs, gradient norm ≤ ${config.maxGradNorm} |
| batch | ${config.microBatch} × ${config.gradAccumSteps} = ${perRank} a rank; with ${config.worldSize} ranks ${globalBatch(config)} a step |
| fine-tuning | frozen: ${freezeInWords(config.freeze)}; each depth learns at ${config.layerwiseLrDecay} × the rate above it |
| seed | ${config.seed} |

## Kaggle by hand

In the browser, without any program of Kaggle's:

${kaggleByHand.map((step, index) => `${index + 1}. ${step}`).join('\n')}

${kaggleTrouble}

With a Kaggle token the lab does all this by itself: \`npm run remote -- --bundle DIR --kaggle\`.

## Over ssh, on Slurm

\`npm run remote -- --bundle DIR --host user@host\` copies the bundle, trains there with the log shown here, and brings the run
back. It takes your own ssh: a key must let you in without a question. The training does not end with the connection: the
same command finds it again.

\`slurm.sbatch\` asks for one node with two GPUs; \`sbatch --nodes 2 slurm.sbatch\` for two such nodes, in one group. This
folder must lie where all nodes see it. Partition and account are your cluster's: \`sbatch --partition … slurm.sbatch\`.

## Files

- \`train_ddp.py\`: the process group, DistributedSampler with \`set_epoch\`, the step, evaluation that counts each row once,
  clean-up. Read this one first.
- \`model.py\`: the classifier. \`fine_tuning.py\`: what is frozen, and rates by depth. \`rows.py\`: the data and its order.
  \`step_clock.py\`: where a step's time goes. \`journal.py\`, \`records.py\`: what rank 0 writes. \`check.py\`: what must be there.
- \`model/\`: the weights to start from, \`config.json\`, the tokenizer. transformers loads this folder, too.
- \`bundle.json\`: the configuration, and the SHA-256 of data and weights. A run says which it began with, which GPUs, driver
  and libraries it ran on, and the SHA-256 of the weights that it left.

## What is measured

Of each step and rank: waiting for data, the forward pass, the backward pass, the optimizer, and the all-reduce as far as it
is exposed. DDP sends a bucket of gradients as soon as they are there, while others are still computed; exposed is the time
from the last bucket's readiness to the end of the backward pass, waiting for other ranks included. On GPUs these are
events in the stream, read once at the end of the step.

## Comparing with the lab

\`./run_ddp.sh 2 --order lab\` takes the rows in the lab's own order. With dropout 0 the losses are then those of the lab,
step by step, up to the rounding of sums in another order.
`
}
