/** Station 7: from the stick to a prompt on the machine. */
import { bootKeys } from '../boot-keys.ts';
import { CopyButton } from '../parts/CopyButton.tsx';
import { FindMachine } from '../parts/FindMachine.tsx';
import { Page } from '../parts/Page.tsx';
import { awaitedMachines, type AwaitedMachine } from '../stick-run.ts';
import { useRecipe, useStore } from '../store.ts';
import { nameWords, t } from '../words.ts';
import { rich } from '../rich.tsx';

export function Boot(): React.JSX.Element {
  const recipeName = useRecipe().name;
  // What counts is the name on the stick, which the recipe may have left behind.
  const stick = useStore((known) => known.stick);
  const awaited = awaitedMachines(stick);
  const machines = awaited.length > 0 ? awaited : [{ name: recipeName, hostKey: null }];
  return (
    <Page
      question={t('Boot the machine from the stick')}
      lead={t(
        'No monitor is needed if the machine boots from USB by itself. It asks for an address on the network and waits for you.',
      )}
    >
      <section aria-labelledby="steps">
        <h2 id="steps">{t('At the machine')}</h2>
        <ol className="steps">
          <li>{t('Turn it off, plug in the stick and, if there is one, the network cable.')}</li>
          <li>
            {t('Turn it on and press the key for the boot menu again and again until the menu appears.')}
          </li>
          <li>{t('Choose the stick; if it is listed twice, take the line with UEFI.')}</li>
          <li>{t('Wait about a minute, then log in from this computer:')}</li>
        </ol>
        {machines.map((machine) => (
          <LoginCommand machine={machine} isOnly={machines.length === 1} key={machine.name} />
        ))}
        {machines.some(({ hostKey }) => hostKey !== null) && (
          <p className="muted">
            {t(
              'ssh has a list of its own and asks the first time: say yes only to the host key shown here. The command under “Find the machine” compares it by itself.',
            )}
          </p>
        )}
      </section>
      <FindMachine awaited={awaited.map(({ name }) => name)} />
      <section aria-labelledby="keys-table">
        <h2 id="keys-table">{t('Keys for the boot menu')}</h2>
        <ul className="boot-keys" aria-labelledby="keys-table">
          {bootKeys.map(({ vendor, keys, note }) => (
            <li key={vendor}>
              <span className="item-title">{nameWords(vendor)}</span>
              <kbd>{nameWords(keys)}</kbd>
              {note !== null && <span className="muted">{t(note)}</span>}
            </li>
          ))}
        </ul>
        <p className="muted">{t('Not listed, or not sure? F12, F11, Esc and F8 are the most common.')}</p>
      </section>
      <section aria-labelledby="secure-boot">
        <h2 id="secure-boot">{t('Secure Boot')}</h2>
        <p>
          {t(
            'The NixOS installer is not signed for Secure Boot. If the machine refuses the stick, turn Secure Boot off in its firmware settings (usually F2 or Del).',
          )}
        </p>
      </section>
      <section aria-labelledby="first-aid">
        <h2 id="first-aid">{t('If it does not let you in')}</h2>
        <FirstAid name={machines[0]?.name ?? recipeName} />
      </section>
    </Page>
  );
}

function LoginCommand(props: { machine: AwaitedMachine; isOnly: boolean }): React.JSX.Element {
  const { name, hostKey } = props.machine;
  const command = `ssh root@${name}.local`;
  return (
    <>
      <p className="command large">
        <code>{command}</code>
        <CopyButton
          text={command}
          what={props.isOnly ? t('the ssh command') : t('the ssh command for {{name}}', { name })}
        />
      </p>
      {hostKey !== null && (
        <p className="muted">{rich('Its host key is <code>{{hostKey}}</code>', { hostKey })}</p>
      )}
    </>
  );
}

function FirstAid({ name }: { name: string }): React.JSX.Element {
  const forget = `ssh-keygen -R ${name}.local`;
  return (
    <div className="first-aid">
      <details>
        <summary>{t('The name is not found, or it times out')}</summary>
        <p>
          {rich(
            'Names that end in .local work only inside one network. Is the machine on the same one, and has it had a minute to start? Otherwise look up its address in your router and use <code>{{command}}</code>.',
            { command: 'ssh root@ADDRESS' },
          )}
        </p>
      </details>
      <details>
        <summary>{t('Connection refused')}</summary>
        <p>{t('The machine is up and SSH is not yet. Wait half a minute and try again.')}</p>
      </details>
      <details>
        <summary>{t('Permission denied (publickey)')}</summary>
        <p>
          {rich(
            'Your SSH offers a different key. Name the right one with <code>{{command}}</code>, or add the key in Keys and choose Change this stick in Drive.',
            { command: `ssh -i ~/.ssh/KEY root@${name}.local` },
          )}
        </p>
      </details>
      <details>
        <summary>{t('Remote host identification has changed')}</summary>
        <p>
          {t(
            'A stick without a host key of its own makes a new one each time it boots, and another machine may have had this name. If you expected this, forget the old one:',
          )}{' '}
          <code>{forget}</code> <CopyButton text={forget} what={t('the command')} />
        </p>
      </details>
    </div>
  );
}
