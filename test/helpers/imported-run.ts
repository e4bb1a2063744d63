/** An invented run as train_ddp.py writes it on GPUs; see fake-run.ts. Never shown to a person as a measurement. */
import type { RunDetail, RunRecord } from '../../shared/domain/run.ts'
import { fakeRun, type FakeRunOptions } from './fake-run.ts'

/** `worldSize` T4s of one machine, over NCCL. */
export function importedRun(worldSize: number, options: FakeRunOptions = {}): RunDetail {
  const detail = fakeRun({
    ...options,
    config: { name: '', worldSize, microBatch: 64 / worldSize, device: 'cuda', padding: 'longest', maxRestarts: 0, ...options.config },
  })
  const machine = {
    imported: {
      program: 'train_ddp.py',
      torch: '2.6.0+cu124',
      backend: 'nccl',
      worldSize,
      nodes: 1,
      digests: {
        initialWeights: 'a1'.repeat(32),
        trainingRows: 'b2'.repeat(32),
        validationRows: 'c3'.repeat(32),
        tokenizer: 'd4'.repeat(32),
        trainedWeights: 'e5'.repeat(32),
      },
    },
    hardware: {
      cpuModel: 'Intel(R) Xeon(R) CPU @ 2.00GHz',
      cpuCores: 4,
      ramBytes: 33_662_472_192,
      os: 'Linux-6.6.56+-x86_64-with-glibc2.35',
      gpus: Array.from({ length: worldSize }, (_, rank) => ({
        name: 'Tesla T4',
        pciAddress: `0000:00:0${4 + rank}.0`,
        cudaIndex: rank,
        driver: 'NVIDIA 560.35.03',
        through: ['cuda' as const],
        usable: true,
        note: `rank ${rank} trained on it, through nccl`,
      })),
      backends: [{ name: 'PyTorch', available: true, note: `${worldSize} ranks over nccl` }],
      versions: { Python: '3.11.11', PyTorch: '2.6.0+cu124', CUDA: '12.4', cuDNN: '9.1.0', 'NVIDIA driver': '560.35.03', NCCL: '2.21.5' },
    },
  } satisfies Partial<RunRecord>
  const steps = detail.steps.map((step) => ({
    ...step,
    ranks: step.ranks.map((rank) => ({ ...rank, forwardMs: 0.4 * rank.phases.forwardBackwardMs })),
  }))
  return { ...detail, steps, ranks: [], record: { ...detail.record, ...machine, ...options.record } }
}
