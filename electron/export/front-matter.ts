/** The head of a README.md as the Hugging Face Hub reads it: YAML, in which a JSON string is a string. */
import { visible } from '../report/escape.ts'

export const yaml = (text: string): string => JSON.stringify(visible(text))

/** The Hub knows licences by their SPDX names in small letters. */
export function licenseLines(license: string | null): string[] {
  if (license === null) return ['license: unknown']
  return /^[a-z0-9.-]+$/i.test(license) ? [`license: ${license.toLowerCase()}`] : ['license: other', `license_name: ${yaml(license)}`]
}
