/** Station 6, while the image is still being built that goes straight to the stick. */
import { cancelStick } from '../acts/stick.ts';
import type { BuildTrace } from '../build-run.ts';
import { driveName } from '../drive-words.ts';
import type { Drive } from '../../shared/contract.ts';
import { Log } from '../parts/Log.tsx';
import { Page } from '../parts/Page.tsx';
import { t } from '../words.ts';
import { BuildProgress } from './Build.tsx';

export function MakingStick(props: {
  making: BuildTrace;
  drive: Drive;
  cancelling: boolean;
}): React.JSX.Element {
  const { making, drive, cancelling } = props;
  return (
    <Page
      question={t('Building the image')}
      lead={t('It is written to {{drive}} while it arrives. Leave the stick plugged in.', {
        drive: driveName(drive),
      })}
      primary={{
        words: cancelling ? t('Stopping…') : t('Cancel'),
        onPress: cancelStick,
        disabled: cancelling,
        quiet: true,
      }}
      hint={!cancelling && t('Nothing has been written yet.')}
    >
      <BuildProgress trace={making} />
      <Log log={making.log} running />
    </Page>
  );
}
