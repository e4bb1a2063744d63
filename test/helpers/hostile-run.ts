/** A run in which every text that comes from outside tries to be more than text. */
import type { RunDetail } from '../../shared/domain/run.ts'
import { fakeRun } from './fake-run.ts'

export const hostileText =
  '<script>alert(1)</script><img src=x onerror=alert(2)>"\'`|[x](javascript:alert(3))![i](https://evil.example/p.png)\n# http://evil.example WWW.evil.example a@evil.example **b** _i_ ~~s~~ $m$ &lt; \\| \u202egnp.exe\u2069 </title></style></svg><!-- ]]>'

export function hostileRun(): RunDetail {
  const detail = fakeRun({
    config: {
      name: hostileText.slice(0, 120),
      data: { kind: 'csv', path: hostileText, mapping: { textColumns: [hostileText], labelColumn: hostileText } },
    },
  })
  const { record } = detail
  const labels = Array.from({ length: 4 }, (_, index) => `${hostileText}${index}`)
  return {
    ...detail,
    record: {
      ...record,
      state: 'failed',
      error: { code: 'RANK_FAILED', title: hostileText, cause: hostileText, suggestion: hostileText },
      command: `npm run train -- --name '${hostileText}'`,
      notes: [hostileText],
      dataset: { ...record.dataset!, title: hostileText, license: hostileText, labels, digest: hostileText },
      tokenizerDigest: hostileText,
      modelConfig: { ...record.modelConfig!, labels },
      hardware: {
        ...record.hardware,
        cpuModel: hostileText,
        os: hostileText,
        gpus: [
          { name: hostileText, pciAddress: null, cudaIndex: null, driver: hostileText, through: [], usable: false, note: hostileText },
        ],
        backends: [{ name: hostileText, available: true, note: hostileText }],
        versions: { [hostileText]: hostileText },
      },
    },
    epochs: detail.epochs.map((epoch) => ({ ...epoch, checkpoint: hostileText })),
  }
}
