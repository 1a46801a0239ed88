/** One machine that was found: where it is, whether it is the right one, and the ways into it. */
import {
  CircleAlert,
  CircleHelp,
  LoaderCircle,
  ShieldCheck,
  Stethoscope,
  SquareTerminal,
} from 'lucide-react';
import { useEffect, useState } from 'react';
import { checkMachine, connect, loginCommand, placeOf, saveMachine } from '../acts/machines.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Machine } from '../../shared/reaching.ts';
import { howWords, recognition, recognitionWords, type Recognition } from '../find-run.ts';
import { CopyButton } from './CopyButton.tsx';
import { HandOvers } from './HandOvers.tsx';
import { ProblemCard } from './ProblemCard.tsx';
import { problemWords } from '../told.tsx';
import { t } from '../words.ts';

const icons: Record<Recognition, { Icon: typeof ShieldCheck; look: string }> = {
  recognised: { Icon: ShieldCheck, look: 'item-icon known' },
  waiting: { Icon: LoaderCircle, look: 'item-icon' },
  unknown: { Icon: CircleHelp, look: 'item-icon warning' },
  another: { Icon: CircleAlert, look: 'item-icon failed' },
};

export function FoundMachine({ machine }: { machine: Machine }): React.JSX.Element {
  const { name, addresses, problem } = machine;
  const how = recognition(machine);
  const { Icon, look } = icons[how];
  const command = useLoginCommand(machine);
  return (
    <li className="item machine">
      <Icon aria-hidden className={look} />
      <div className="item-words">
        <p className="item-title">
          {name} <span className={how === 'another' ? 'tag warn' : 'tag'}>{t(recognitionWords[how])}</span>
        </p>
        <p className="item-facts">
          {addresses.map((address) => (
            <code key={address}>{address}</code>
          ))}
          <span>{howWords(machine)}</span>
        </p>
        {how === 'recognised' ? (
          <p className="muted">{t('It holds the host key that was put on its stick.')}</p>
        ) : (
          problem !== null && <p className="muted">{problemWords(problem)}</p>
        )}
        {/* Nobody should be led to log in to a computer that is not theirs. */}
        {command !== null && how !== 'another' && (
          <p className="command">
            <code>{command}</code>
            <CopyButton text={command} what={t('the ssh command for {{name}}', { name })} />
          </p>
        )}
        <Ways machine={machine} how={how} />
        {how === 'recognised' && <HandOvers machine={machine} />}
      </div>
    </li>
  );
}

function useLoginCommand(machine: Machine): string | null {
  const [command, setCommand] = useState<string | null>(null);
  const { name, address, port } = placeOf(machine);
  useEffect(() => {
    let isOver = false;
    async function ask(): Promise<void> {
      const line = await loginCommand({ name, address, port });
      if (!isOver) setCommand(line);
    }
    void ask();
    return () => {
      isOver = true;
    };
  }, [name, address, port]);
  return command;
}

/** Words are put together when they are shown: the language may have changed since. */
type Asked =
  | { state: 'idle' }
  | { state: 'asking'; words(): string }
  | { state: 'done'; words(): string }
  | { state: 'failed'; problem: Problem };

/** Connect, check, remember: each says how it ended, below the buttons. */
function Ways({ machine, how }: { machine: Machine; how: Recognition }): React.JSX.Element {
  const [asked, setAsked] = useState<Asked>({ state: 'idle' });
  const { name } = machine;
  async function ask(words: () => string, act: () => Promise<Asked>): Promise<void> {
    if (asked.state === 'asking') return;
    setAsked({ state: 'asking', words });
    setAsked(await act());
  }
  const open = async (): Promise<Asked> => {
    const outcome = await connect(machine);
    return outcome.ok
      ? { state: 'done', words: () => t('Your terminal was opened.') }
      : { state: 'failed', problem: outcome.problem };
  };
  const check = async (): Promise<Asked> => {
    const outcome = await checkMachine(machine);
    return outcome.ok
      ? { state: 'done', words: () => t('{{name}} answers, and it is the right machine.', { name }) }
      : { state: 'failed', problem: outcome.problem };
  };
  const save = async (): Promise<Asked> => {
    const outcome = await saveMachine(machine);
    return outcome.ok
      ? {
          state: 'done',
          words: () =>
            t('Written into {{file}}: ssh {{name}} is enough now.', { file: outcome.value.file, name }),
        }
      : { state: 'failed', problem: outcome.problem };
  };
  return (
    <>
      <div className="buttons">
        {how === 'recognised' && (
          <button
            type="button"
            className="button small strong"
            aria-label={t('Connect to {{name}}', { name })}
            onClick={() => void ask(() => t('Opening your terminal…'), open)}
          >
            <SquareTerminal aria-hidden /> {t('Connect')}
          </button>
        )}
        <button
          type="button"
          className="button small"
          aria-label={t('Check {{name}}', { name })}
          onClick={() => void ask(() => t('Asking {{name}}…', { name }), check)}
        >
          <Stethoscope aria-hidden /> {t('Check')}
        </button>
        {how === 'recognised' && (
          <button
            type="button"
            className="button small"
            aria-label={t('Add {{name}} to your ssh configuration', { name })}
            onClick={() => void ask(() => t('Writing…'), save)}
          >
            {t('Add to ~/.ssh/config')}
          </button>
        )}
      </div>
      <output className="muted">
        {(asked.state === 'asking' || asked.state === 'done') && asked.words()}
      </output>
      {asked.state === 'failed' && <ProblemCard problem={asked.problem} calm />}
    </>
  );
}
