/** Tells a screen reader how a long job goes, at most every five seconds, so that it never drowns the person. */
import { useEffect, useRef, useState } from 'react';
import { formatPercent } from '../units.ts';
import { buildingWords } from '../build-run.ts';
import { driveName, ejectedWords, goneWords } from '../drive-words.ts';
import { isBusy, stickFraction, stickPhaseWords, sticksWords } from '../stick-run.ts';
import { useStore, type Known } from '../store.ts';
import { t } from '../words.ts';

const quietMillis = 5000;

/** What there is to say now; empty while nothing happens. */
function announcement(
  known: Pick<
    Known,
    | 'build'
    | 'stick'
    | 'ejection'
    | 'severalIds'
    | 'drives'
    | 'newDrives'
    | 'goneDrive'
    | 'station'
    | 'indexRun'
  >,
): string {
  const { build, stick, ejection, drives, newDrives, goneDrive, station, indexRun } = known;
  if (stick.state === 'running') {
    return withPercent(stickPhaseWords(stick.trace), stickFraction(stick.trace));
  }
  if (stick.state === 'several') return isBusy(stick) || station === 'drive' ? sticksWords(stick) : '';
  if (build.state === 'running') {
    return withPercent(buildingWords(build.trace), build.trace.fraction);
  }
  if (indexRun.state === 'running') {
    const { bytes, total } = indexRun;
    return withPercent(t('Getting the list of all packages'), total ? bytes / total : null);
  }
  if (station === 'drive' && ejection?.state === 'done') return ejectedWords(ejection.drive);
  if (station === 'drive' && stick.state === 'restored') return t('The stick is an ordinary one again.');
  if (station === 'drive' && stick.state === 'saved') return t('What is on the stick is kept as a file.');
  if (station === 'drive' && stick.state === 'changed') return t('The secrets of the stick are changed.');
  if (station === 'drive' && stick.state === 'done') return t('The stick is verified.');
  if (station === 'drive' && stick.state === 'idle' && drives.state === 'here') {
    if (goneDrive !== null) return goneWords(goneDrive, drives.value, !known.severalIds?.length);
    const arrived = drives.value.filter((drive) => newDrives.includes(drive.id));
    if (arrived.length > 0)
      return t('Plugged in: {{drives}}', { drives: arrived.map(driveName).join(t(', ')) });
  }
  if (station === 'build' && build.state === 'done')
    return t('The image {{file}} is built.', { file: build.image.fileName });
  return '';
}

function withPercent(words: string, fraction: number | null): string {
  return fraction === null ? words : [words, formatPercent(fraction)].join(t(', '));
}

export function Announcer(): React.JSX.Element {
  const words = useStore(announcement);
  const [said, setSaid] = useState('');
  const lastAt = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, lastAt.current + quietMillis - Date.now());
    const timer = setTimeout(() => {
      lastAt.current = Date.now();
      setSaid(words);
    }, wait);
    return () => clearTimeout(timer);
  }, [words]);
  return <output className="sr-only">{said}</output>;
}
