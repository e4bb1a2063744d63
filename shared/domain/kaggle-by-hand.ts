/** Training a bundle on Kaggle with a browser and no token, for somebody who has never been there. In the bundle's README and in the window. */
export const kaggleByHand: readonly string[] = [
  'Make an account on kaggle.com. Under your picture, Settings, verify your phone number: without it there are no GPUs. They are free, and counted in hours: about 30 a week.',
  'Zip the folder of the bundle. On kaggle.com: Create, New Dataset; drop the zip there, give it a title, leave it private, Create. Wait until it says that it is ready: a minute or so.',
  'Create, New Notebook. On the right: Add Input, Your Work, Datasets, the plus beside your data set. Then Settings, Accelerator, GPU T4 x2.',
  'Open kaggle_run.py of the bundle with a text editor, copy all of it, and replace with it what stands in the cell of the notebook.',
  'Save Version (top right), Save & Run All, Save. It trains without you: the browser may be closed.',
  'When the version is done, open it (the number beside Save Version): Output, download all. In the zip lies a folder out.',
  'Import that folder. The run says on which cards its ranks trained: two Tesla T4.',
]

export const kaggleTrouble =
  'If the log says “cannot train”, its next line says what to do. If GPU T4 x2 cannot be chosen, the phone number is not verified, or no hours are left this week.'
