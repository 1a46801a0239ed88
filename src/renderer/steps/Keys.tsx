/** Station 1: who may log in. */
import { KeyRound, Plus, Trash2, UserRoundCheck } from 'lucide-react';
import { useState } from 'react';
import { addKeys, loadFoundKeys, removeKey } from '../acts/keys.ts';
import type { PublicKey } from '../../shared/contract.ts';
import { leaveItem } from '../focus.ts';
import { FieldProblems, useProblems } from '../parts/Field.tsx';
import { ListedKeys } from '../parts/ListedKeys.tsx';
import { NewKey } from '../parts/NewKey.tsx';
import { Page } from '../parts/Page.tsx';
import { PasteKeys } from '../parts/PasteKeys.tsx';
import { ProblemCard } from '../parts/ProblemCard.tsx';
import { Waiting } from '../parts/Waiting.tsx';
import { ageWords } from '../age-words.ts';
import { keyBlob } from '../key-blob.ts';
import { useRecipe, useStore } from '../store.ts';
import { told } from '../told.tsx';
import { t } from '../words.ts';

export function Keys(): React.JSX.Element {
  const { keys, console: screen } = useRecipe();
  const somebody = keys.length > 0 || screen.password !== null;
  return (
    <Page
      question={t('Who may log in?')}
      lead={t('The stick lets in whoever holds one of these SSH keys. Only the public halves are put on it.')}
      nextDisabled={!somebody}
      hint={!somebody && t('Add at least one key.')}
    >
      <section aria-labelledby="who">
        <h2 id="who">{t('Who gets in')}</h2>
        {keys.length === 0 ? (
          <p className="empty">
            <UserRoundCheck aria-hidden />
            <span>{t('Nobody yet. Add one of your keys below.')}</span>
          </p>
        ) : (
          <ul className="list">
            {keys.map((line, index) => (
              <Holder line={line} index={index} key={line} />
            ))}
          </ul>
        )}
      </section>
      <FoundKeys />
      <PasteKeys />
      <ListedKeys />
      <section className="disclosures" aria-label={t('A new key')}>
        <NewKey />
      </section>
    </Page>
  );
}

/** `me@laptop`, or the type where a key has no comment. */
function keyName(key: PublicKey | undefined, line: string): string {
  const comment = key?.comment ?? line.split(' ').slice(2).join(' ');
  return comment.trim() === '' ? t('A key without a name') : comment;
}

function KeyWords({ line, source }: { line: string; source?: boolean }): React.JSX.Element {
  const key = useStore((known) => known.keysByLine[line]);
  const [now] = useState(() => Date.now());
  return (
    <div className="item-words">
      <p className="item-title">{keyName(key, line)}</p>
      <p className="item-facts">
        <span className="tag">{(key?.type ?? line.split(' ')[0] ?? '').replace(/^ssh-/, '')}</span>
        {key && <span>{t('{{bits}} bits', { bits: String(key.bits) })}</span>}
        {key && source && <span>{key.source === 'agent' ? t('from the SSH agent') : key.source}</span>}
        {key?.changedAt !== undefined && <span>{ageWords(key.changedAt, now)}</span>}
      </p>
      {key && <p className="fingerprint">{key.fingerprint}</p>}
      {key?.note && <p className="item-note">{told(key.note)}</p>}
    </div>
  );
}

function Holder({ line, index }: { line: string; index: number }): React.JSX.Element {
  const key = useStore((known) => known.keysByLine[line]);
  const problems = useProblems(`keys.${index}`);
  return (
    <li className="item">
      <KeyRound aria-hidden className="item-icon" />
      <div className="item-words">
        <KeyWords line={line} />
        <FieldProblems problems={problems} />
      </div>
      <button
        type="button"
        className="button small"
        aria-label={t('Remove {{name}}', { name: keyName(key, line) })}
        onClick={(event) => {
          leaveItem(event.currentTarget);
          removeKey(line);
        }}
      >
        <Trash2 aria-hidden /> {t('Remove')}
      </button>
    </li>
  );
}

function FoundKeys(): React.JSX.Element {
  const found = useStore((known) => known.foundKeys);
  const holders = new Set(useRecipe().keys.map(keyBlob));
  return (
    <section aria-labelledby="found">
      <h2 id="found">{t('Found on this computer')}</h2>
      {found.state === 'loading' && <Waiting for={t('Looking in your SSH agent and in ~/.ssh…')} />}
      {found.state === 'failed' && (
        <ProblemCard problem={found.problem}>
          <button type="button" className="button" onClick={() => void loadFoundKeys()}>
            {t('Look again')}
          </button>
        </ProblemCard>
      )}
      {found.state === 'here' && found.value.length === 0 && (
        <p className="empty">
          <KeyRound aria-hidden />
          <span>
            {t(
              'There is no public key in your SSH agent or in ~/.ssh. Paste one, take a published one, or make a new one below.',
            )}
          </span>
        </p>
      )}
      {found.state === 'here' && found.value.length > 0 && (
        <ul className="cards">
          {found.value.map((key) => (
            <li className="card" key={key.line}>
              <KeyWords line={key.line} source />
              {holders.has(keyBlob(key.line)) ? (
                <p className="added">
                  <UserRoundCheck aria-hidden /> {t('Gets in')}
                </p>
              ) : (
                <button
                  type="button"
                  className="button small"
                  aria-label={t('Add {{name}}', { name: keyName(key, key.line) })}
                  onClick={(event) => {
                    leaveItem(event.currentTarget);
                    addKeys([key]);
                  }}
                >
                  <Plus aria-hidden /> {t('Add')}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
