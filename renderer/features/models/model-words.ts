/** Models in words. */
import { architectureTitles, type ModelConfig } from '../../../shared/domain/model-config.ts'
import type { ModelReport } from '../../../shared/domain/model-report.ts'
import { plural } from '../../ui/format.ts'

/** 'DistilBERT, 6 layers × 768, 12 heads' */
export const sizeOf = ({ architecture, nLayers, dim, nHeads }: ModelConfig): string =>
  `${architectureTitles[architecture]}, ${plural(nLayers, 'layer')} × ${dim}, ${plural(nHeads, 'head')}`

/** What becomes of the classifier, in a sentence. */
export function headInWords({ hasClassifier, config, misshaped }: ModelReport): string {
  const { labels } = config
  if (hasClassifier)
    return `Answers with ${labels.join(', ')}. Fine-tuned on the same labels it keeps its classifier, on others it gets a new one.`
  if (misshaped.length > 0) return `Its classifier is not for the ${labels.length} labels of its config.json: fine-tuning makes a new one.`
  return 'A base model without a classifier: fine-tuning adds one for your labels.'
}
