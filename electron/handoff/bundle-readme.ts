/** The README of a bundle. Texts from outside (labels, file names) are not in it: nothing to escape. */
import { freezeInWords, globalBatch } from '../../shared/domain/run-config.ts'
import type { RunRecord } from '../../shared/domain/run.ts'

export function bundleReadme({ config, modelConfig, trainCount, validationCount, parameterCount }: RunRecord): string {
  const perRank = config.microBatch * config.gradAccumSteps
  return `# Train it with torchrun

A bundle of DistriNews Lab: plain PyTorch that trains the lab's classifier with DistributedDataParallel. It needs PyTorch
1.13 or newer and nothing else; nothing is downloaded.

\`\`\`sh
./run_ddp.sh          # one rank for each GPU; without GPUs two CPU ranks over gloo
./run_ddp.sh 2        # exactly two ranks (run_ddp.bat 2 on Windows)
sbatch slurm.sbatch   # on a Slurm cluster
\`\`\`

It writes \`out/\` (\`run.json\`, \`metrics.jsonl\`, \`model/\`). Bring that folder back:

\`\`\`sh
npm run import-run -- --from out
\`\`\`

and the run stands in the lab beside its own, marked as imported, with its charts, its report and its model.

| what | here |
| --- | --- |
| model | ${modelConfig?.architecture === 'bert' ? 'BERT' : 'DistilBERT'}, ${parameterCount} parameters, in \`model.py\`; names as in transformers |
| rows | ${trainCount} to train, ${validationCount} to validate, tokenized, in \`data/\` |
| recipe | AdamW, lr ${config.learningRate} (${config.schedule}), weight decay ${config.weightDecay}, ${config.epochs} epochs, gradient norm ≤ ${config.maxGradNorm} |
| batch | ${config.microBatch} × ${config.gradAccumSteps} = ${perRank} a rank; with ${config.worldSize} ranks ${globalBatch(config)} a step |
| fine-tuning | frozen: ${freezeInWords(config.freeze)}; each depth learns at ${config.layerwiseLrDecay} × the rate above it |
| seed | ${config.seed} |

## Kaggle by hand

1. Zip this folder and upload it as a private data set (Create → New Dataset).
2. Create → New Notebook, add the data set, choose the accelerator GPU T4 x2 under Settings.
3. Paste \`kaggle_run.py\` into a cell, run it, download \`out\` from the notebook's output, import it.

With a Kaggle token the lab does this by itself: \`npm run remote -- --bundle DIR --kaggle\`.

## Files

- \`train_ddp.py\`: the process group, DistributedSampler with \`set_epoch\`, the step, evaluation that counts each row once,
  clean-up. Read this one first.
- \`model.py\`: the classifier. \`fine_tuning.py\`: what is frozen, and rates by depth. \`rows.py\`: the data and its order.
  \`journal.py\`, \`records.py\`: what rank 0 writes.
- \`model/\`: the weights to start from, \`config.json\`, the tokenizer. transformers loads this folder, too.

## Comparing with the lab

\`./run_ddp.sh 2 --order lab\` takes the rows in the lab's own order. With dropout 0 the losses are then those of the lab,
step by step, up to the rounding of sums in another order.
`
}
