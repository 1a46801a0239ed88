/** Nixburn's own version, so that receipts, `--version` and the window can not disagree. */
export { version } from '../../package.json';
