/**
 * Words by what they do in a phrase that speaks to a model. A word may be in several classes. Words of other languages
 * stand beside the English ones where the order of words is the same; they are compared as texts look, without marks.
 */
import { COMMON_WORDS } from './common-words.ts';
import { foldWord } from './skeleton.ts';
import { hashToken } from './tokens.ts';

/** The classes. */
export const CLASSES = {
  drop: `ignore disregard forget override bypass discard neglect overlook ignoriere ignorieren vergiss vergesse missachte
    ignorez ignorer oublie oubliez ignora ignorar olvida olvide olvidar esqueça esqueca ignorem dimentica ignorate negeer vergeet
    zignoruj ignoruj zapomnij игнорируй игнорируйте проигнорируй забудь забудьте ігноруй ігноруйте yoksay yok unut görmezden
    تجاهل تجاهلي انس अनदेखा नज़रअंदाज़ भूल abaikan lupakan ignorera glöm`,
  before: `previous prior above earlier preceding before foregoing initial original vorherigen vorherige vorigen bisherigen
    obigen früheren précédentes précédents précédente antérieures dessus anteriores previas previos anterior precedenti
    prev vorige eerdere poprzednie wcześniejsze предыдущие предыдущих предыдущим прошлые прежние вышеуказанные попередні önceki السابقة
    पिछले पिछली sebelumnya tidigare föregående předchozí`,
  whole: `all any every your my these those system alle sämtliche deine ihre toutes tous tes vos todas todos tus suas tutte
    tutti wszystkie все всі tüm bütün جميع كل सभी semua alla všechny`,
  orders: `instructions instruction prompt prompts rules guidelines guidance directions directives policy policies constraints
    commands instr instrs anweisungen anweisung vorgaben regeln befehle consignes règles instrucciones indicaciones reglas instruções
    instrucoes regras istruzioni regole instructies regels instrukcje polecenia инструкции инструкциям указания указаниям правила правилам команды
    інструкції вказівки talimatları talimatlar komutları kuralları التعليمات الأوامر निर्देशों निर्देश instruksi perintah
    instruktioner pokyny instrukce`,
  prompt: `instructions instruction prompt prompts directives guidelines anweisungen anweisung consignes instrucciones instruções
    instrucoes istruzioni instructies instrukcje инструкции промпт інструкції talimatları التعليمات निर्देशों निर्देश
    instruksi`,
  reveal: `reveal print repeat output show leak expose display disclose recite zeige zeig nenne wiederhole montre affiche
    révèle répète muestra revela repite mostra mostre revele mostrami toon herhaal pokaż ujawnij покажи выведи раскрой
    повтори göster اعرض اكشف दिखाओ tampilkan`,
  system: 'system hidden secret developer initial original systemprompt системный системные систем',
  systemBehind: 'système systeme sistema systemowe systemowy системы النظام',
  not: 'not never dont without don',
  tell: 'tell inform mention alert notify report telling informing mentioning alerting notifying',
  people:
    'user users human humans operator operators reviewer reviewers anyone overseer overseers supervisor supervisors',
  you: 'you',
  your: 'your my du dein deine deinen tu ton tes tus tuo seu sua twoje твой твои твоих',
  be: 'are act become',
  now: 'now',
  obey: 'obey',
  persona: 'unrestricted jailbroken dan unfiltered uncensored amoral unaligned jailbreak',
  mind: `ai ais assistant assistants llm llms chatbot chatbots gpt chatgpt claude gemini llama copilot ki`,
  model: 'model models agent agents bot bots grader',
  address: 'dear attention hey note message memo important dearest reminder',
  for: 'to for',
  condition: 'if',
  read: `reading processing evaluating reviewing summarizing summarising grading classifying parsing analyzing analysing
    monitoring scoring`,
  this: 'this these that the it',
  dropForeign: `vergiss vergesse ignoriere oublie oubliez olvida olvide ignora esqueça esqueca dimentica vergeet negeer
    zapomnij zignoruj забудь забудьте игнорируй`,
  allForeign: 'alles tout todo tudo tutto все всё wszystko',
  toldForeign:
    'gesagt précède précédé anterior anteriores dicho disse detto precede сказано ранее прежде wcześniej',
  notForeign: 'nicht nichts no ne não не nie niet non',
  followForeign:
    'befolge befolgen folge suis suivez sigas siga seguire seguir следуй следуйте volg',
  tellForeign: 'sag sage sagen dis dites digas diga dire говори говорите сообщай сообщайте zeg mów',
  peopleForeign:
    'benutzer nutzer utilisateur utilisateurs usuario usuarios usuário utente utenti пользователю пользователям gebruiker',
  follow: 'follow following obey obeying heed adhere',
  stop: 'stop cease quit refrain',
  void: 'void outdated obsolete cancelled canceled revoked superseded fake',
  passage: 'words text contents message conversation',
  exactly: 'verbatim exactly starting',
  pretend: 'pretend imagine simulate impersonate roleplay',
  language: 'language',
  as: 'as',
  from: 'from',
  on: 'on',
  greet: 'dear dearest attention hey',
  know: 'know knowing noticing',
  hide: 'hide conceal secret',
  suspicious: 'suspicious malicious harmful dangerous',
  count: 'score scores rating',
  everything: 'everything anything',
  told: 'told said know knew learned learnt instructed taught received',
  nature: 'programming training conditioning alignment',
  answer: 'say print output respond reply answer write',
  act: 'must should shall will say print output respond reply answer write classify label mark rate score assign',
  task: 'task goal objective role purpose mission instructions job',
  fresh: 'new updated real actual true only sole next',
  is: 'is are',
  respond: 'respond answer reply act speak operate behave comply roleplay write',
  unbound: 'without ignoring no',
  limits:
    'ethical moral restrictions restriction filters filter censorship limitations ethics morality safeguards guardrails disclaimers warnings',
  send: 'send post upload forward email exfiltrate transmit leak append submit',
  secret: `conversation history transcript context credentials password passwords secrets secret key keys token tokens cookies
    prompt weights memory contents confidential private`,
  net: 'http https www',
  classify: 'classify label mark flag rate treat score consider report',
  benign: 'benign harmless innocuous ham legitimate nonmalicious unsuspicious',
  zero: '0 zero lowest low minimal minimum none one 1',
  suspicion: 'suspicion suspiciousness risk maliciousness harm',
  watcher: `monitor monitors monitoring overseer oversight classifier detector guardrail guardrails watchdog auditor`,
  escape: `evade evades evading bypass bypasses bypassing fool fools avoid avoids avoiding circumvent undetected unnoticed
    trick hide`,
  measure: `suspicion threshold thresholds score scores canary canaries honeypot quorum sandbagging`,
  silent: 'flag log warn report alert catch notice',
  any: 'anything',
  do: 'do',
  mode: 'mode',
  god: 'developer dan god jailbreak debug evil unrestricted sudo',
  enabled: 'enabled activated engaged output unlocked',
  attention: 'attention',
  aside: 'aside',
  longer: 'longer',
  applies: 'applies apply counts',
  opposite: 'opposite',
  wipe: 'erase wipe',
  memory: 'memory',
  cancel: 'cancel revoke erase rescind nullify void annul',
  yours: 'your',
  instr: 'instructions directives',
  changed: 'changed',
  freed: 'freed released liberated unshackled',
  switch: 'switch enter activate enable',
  game: 'game',
  retell: 'summarize summarise translate copy paste',
  context: 'context',
  says: 'says say said contains',
  never: 'never',
  find: 'find',
  out: 'out',
  see: 'see',
  call: 'call invoke',
  tool: 'tool',
  authorized: 'authorized authorised permitted',
  skip: 'skip break violate ignore bypass',
  grant: 'grant granting',
  permission: 'permission',
  author: 'system developer',
  message: 'message',
  who: 'who',
  mine: 'my',
  moment: 'moment point',
  perform: 'act behave speak talk respond answer reply write',
  answerAs: 'answer respond reply act speak behave write',
  though: 'if though',
  were: 'were are had have was',
  none: 'no not without',
  play: 'play take assume adopt',
  role: 'role persona identity personality',
  fiction: `ai ais llm llms chatbot gpt claude gemini llama copilot ki assistant model bot dan terminal admin administrator root
    hacker developer grader reviewer unrestricted unfiltered uncensored jailbroken unaligned`,
  stay: 'stay remain',
  in: 'in',
  character: 'character',
  leave: 'break leave',
  want: 'want need',
  to: 'to',
  going: 'going',
  name: 'name',
  refuses: 'refuse refuses decline declines',
  roleplay: 'roleplay roleplaying',
} as const;

/** The name of a class. */
export type ClassName = keyof typeof CLASSES;

/** The names, in the order of their numbers. */
export const CLASS_NAMES = Object.keys(CLASSES) as ClassName[];

/** The words of a class, as texts look. */
export function wordsOf(name: ClassName): string[] {
  return CLASSES[name].split(/\s+/).map(foldWord);
}

/** Known words by hash; word 0 is in no class. */
const WORD_OF = new Map<number, number>();
const MEMBERS: (readonly [word: number, classNumber: number])[] = [];
for (const [number, name] of CLASS_NAMES.entries()) {
  for (const word of wordsOf(name)) {
    const hash = hashToken(word);
    const index = WORD_OF.get(hash) ?? WORD_OF.size + 1;
    WORD_OF.set(hash, index);
    MEMBERS.push([index, number]);
  }
}

/** The shortest English word of which slips are known. */
const SLIP_LENGTH_MIN = 8;
const SLIPPING: readonly ClassName[] = ['drop', 'before', 'orders'];

/** A word with one letter left out, twice, or changed places with the next. */
function* slipsOf(word: string): Generator<string> {
  for (let i = 1; i < word.length; i++) {
    yield word.slice(0, i) + word.slice(i + 1);
    yield word.slice(0, i) + word[i]! + word.slice(i);
    if (i + 1 < word.length) yield word.slice(0, i) + word[i + 1]! + word[i]! + word.slice(i + 2);
  }
}

for (const name of SLIPPING) {
  const ofName = CLASSES[name].split(/\s+/).filter((word) => /^[a-z]+$/.test(word));
  for (const word of ofName.filter((each) => each.length >= SLIP_LENGTH_MIN || each === 'ignore')) {
    const own = WORD_OF.get(hashToken(word)) ?? 0;
    for (const slip of slipsOf(word)) {
      const hash = hashToken(slip);
      if (!WORD_OF.has(hash) && !COMMON_WORDS.has(slip)) WORD_OF.set(hash, own);
    }
  }
}

/** The words by hash, each in the first free slot from its own on; 0 marks a free one. */
const SLOTS = 1 << 14;
const KEYS = new Int32Array(SLOTS);
const NUMBERS = new Uint16Array(SLOTS);
for (const [hash, word] of WORD_OF) {
  let slot = hash & (SLOTS - 1);
  while (NUMBERS[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
  KEYS[slot] = hash;
  NUMBERS[slot] = word;
}

/** The number of the word with a hash; 0 for one in no class. */
export function wordAt(hash: number): number {
  for (let slot = hash & (SLOTS - 1); NUMBERS[slot] !== 0; slot = (slot + 1) & (SLOTS - 1)) {
    if (KEYS[slot] === hash) return NUMBERS[slot]!;
  }
  return 0;
}

/** Numbers of 32 bits that hold one bit for each class. */
export const LANES = Math.ceil(CLASS_NAMES.length / 32);

/** For each known word {@link LANES} numbers with the bits of its classes. */
export const CLASSES_OF = new Int32Array((Math.max(...WORD_OF.values()) + 1) * LANES);
for (const [word, number] of MEMBERS)
  CLASSES_OF[word * LANES + (number >> 5)]! |= 1 << (number & 31);

/** The number of a class, which is its bit. */
export function numberOf(name: ClassName): number {
  return CLASS_NAMES.indexOf(name);
}
