/** Asks whether the key that an unknown machine shows is its own, and refuses one that is another than before. */
import { Fingerprint, ShieldAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { lookAgain, showHostKey, trustHost } from '../acts/builders.ts';
import type { ShownHostKey } from '../../shared/building.ts';
import type { Problem } from '../../shared/problem.ts';
import { CopyButton } from './CopyButton.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { TechnicalDetails } from './TechnicalDetails.tsx';
import { Waiting } from './Waiting.tsx';
import { told } from '../told.tsx';
import { t } from '../words.ts';

type Question =
  | { state: 'none' }
  | { state: 'asking' }
  | { state: 'shown' | 'trusting' | 'trusted'; key: ShownHostKey }
  | { state: 'failed'; problem: Problem };

export function HostKeyQuestion({ on }: { on: string }): React.JSX.Element {
  const [question, setQuestion] = useState<Question>({ state: 'none' });
  const asks = useRef<HTMLButtonElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const isOpen = question.state === 'shown' || question.state === 'trusting';
  const wasOpen = useRef(false);
  useEffect(() => {
    // What was pressed is gone: the focus goes to the question, and not to an answer; and from an answer back.
    if (isOpen) title.current?.focus();
    else if (wasOpen.current) asks.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);

  async function show(): Promise<void> {
    setQuestion({ state: 'asking' });
    const outcome = await showHostKey(on);
    setQuestion(outcome.ok ? { state: 'shown', key: outcome.value } : { state: 'failed', ...outcome });
  }

  async function trust(key: ShownHostKey): Promise<void> {
    setQuestion({ state: 'trusting', key });
    const outcome = await trustHost(on, key.fingerprint);
    if (!outcome.ok) return setQuestion({ state: 'failed', ...outcome });
    setQuestion({ state: 'trusted', key });
    lookAgain(on);
  }

  switch (question.state) {
    case 'trusted':
      return (
        <output className="muted">
          {t('The key of {{host}} is trusted now.', { host: question.key.host })}
        </output>
      );
    case 'shown':
    case 'trusting': {
      const { key } = question;
      return (
        <section className="host-key" aria-labelledby={`key-of-${on}`}>
          <h3 id={`key-of-${on}`} ref={title} tabIndex={-1}>
            {t('Is this the key of {{host}}?', { host: key.host })}
          </h3>
          <p className="host-key-type">{key.type}</p>
          <p className="host-key-fingerprint">
            <code>{key.fingerprint}</code> <CopyButton text={key.fingerprint} what={t('the fingerprint')} />
          </p>
          <p>
            {t(
              'Compare every letter with what whoever runs the machine tells you. On the machine itself, this prints it:',
            )}
          </p>
          <p className="command">
            <code>{printCommand(key.type)}</code>
            <CopyButton text={printCommand(key.type)} what={t('the command that prints the fingerprint')} />
          </p>
          <p className="muted">
            {t(
              'Nothing of yours was sent to it. If the fingerprint is another one, a machine in between answers in its place.',
            )}
          </p>
          <div className="buttons">
            {/* First in order: who presses without reading trusts nobody. */}
            <button type="button" className="button small" onClick={() => setQuestion({ state: 'none' })}>
              {t('No')}
            </button>
            <button
              type="button"
              className="button small strong"
              aria-disabled={question.state === 'trusting'}
              onClick={() => question.state === 'shown' && void trust(key)}
            >
              {question.state === 'trusting' ? t('Asking it again…') : t('Trust this key')}
            </button>
          </div>
        </section>
      );
    }
    case 'none':
    case 'asking':
    case 'failed':
      return (
        <>
          {question.state === 'asking' && <Waiting for={t('Asking the machine for its key…')} />}
          {question.state === 'failed' && <ProblemCard problem={question.problem} />}
          <div className="buttons">
            <button
              type="button"
              className="button small"
              ref={asks}
              aria-disabled={question.state === 'asking'}
              onClick={() => question.state !== 'asking' && void show()}
            >
              <Fingerprint aria-hidden /> {t('Show its key…')}
            </button>
          </div>
        </>
      );
  }
}

/** Where OpenSSH's sshd keeps its keys (sshd_config(5), HostKey). */
function printCommand(type: string): string {
  return `ssh-keygen -lf /etc/ssh/ssh_host_${type.toLowerCase()}_key.pub`;
}

/** A key that is another than before is refused, and there is nothing to press that would trust it. */
export function HostKeyChanged(props: { problem: Problem; command: string | undefined }): React.JSX.Element {
  const { problem, command } = props;
  return (
    <div className="problem" role="alert">
      <ShieldAlert aria-hidden className="notice-icon" />
      <div className="notice-words">
        <p className="notice-title">
          {told(problem.title)} {t('Nixburn does not connect to it.')}
        </p>
        <p>{t('What it may mean:')}</p>
        <ul className="meanings">
          <li>{t('The machine was installed anew, and made itself a new key.')}</li>
          <li>{t('Its name or address belongs to another machine now.')}</li>
          <li>{t('Somebody between you and it answers in its place, to read what you send.')}</li>
        </ul>
        {problem.remedy !== '' && <p>{told(problem.remedy)}</p>}
        {command !== undefined && (
          <p className="command">
            <code>{command}</code>
            <CopyButton text={command} what={t('the command that forgets the old key')} />
          </p>
        )}
        {problem.raw !== '' && <TechnicalDetails text={problem.raw} />}
      </div>
    </div>
  );
}
