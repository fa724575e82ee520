/** Orders to a model in languages that are written without blanks, or whose words are several syllables apart. */
import { foldWord } from './skeleton.ts';
import type { Spot } from './spot.ts';

/** Parts that follow one another with at most so many characters between. */
interface Pattern {
  readonly gap: number;
  readonly parts: readonly string[];
  readonly what: string;
}

const DROPS = 'tells a model to drop its instructions';
const ASKS = 'asks a model for its hidden prompt';

const PATTERNS: readonly Pattern[] = [
  {
    gap: 12,
    parts: [
      '忽略|无视|無視|忘记|忘記|不要理会|不要理會|忽視|忽视',
      '之前|以上|先前|上述|前面|所有|一切|全部|此前',
      '指令|指示|提示|规则|規則|命令|说明|說明|要求|内容|內容|对话|對話',
    ],
    what: DROPS,
  },
  {
    gap: 12,
    parts: [
      '以前|上記|これまで|前の|先の|すべて|全て|今までの',
      '指示|命令|プロンプト|ルール|指令|設定',
      '無視|忘れ|破棄|従わな',
    ],
    what: DROPS,
  },
  {
    gap: 12,
    parts: ['이전|위의|앞의|모든|지금까지', '지시|명령|프롬프트|지침|규칙', '무시|잊어|따르지'],
    what: DROPS,
  },
  {
    gap: 24,
    parts: [
      'bỏ qua|phớt lờ|quên',
      'hướng dẫn|chỉ dẫn|chỉ thị|lệnh|quy tắc',
      'trước|ở trên|trên đây',
    ],
    what: DROPS,
  },
  {
    gap: 16,
    parts: ['ละเว้น|เพิกเฉย|ลืม|ไม่ต้องสนใจ', 'คำสั่ง|คำแนะนำ|กฎ', 'ก่อนหน้า|ข้างต้น|ทั้งหมด|ที่ผ่านมา'],
    what: DROPS,
  },
  {
    gap: 12,
    parts: [
      '输出|显示|透露|告诉|打印|重复|公开|顯示|輸出|告訴|重複|泄露',
      '系统|系統|隐藏|隱藏|初始|原始',
      '提示|指令|指示',
    ],
    what: ASKS,
  },
  {
    gap: 8,
    parts: ['系统|系統|隐藏|隱藏', '提示|指令', '告诉我|告訴我|输出|輸出|发给我|發給我|展示'],
    what: ASKS,
  },
  {
    gap: 12,
    parts: ['システム|隠された|初期', 'プロンプト|指示', '表示|出力|教え|見せ|公開|開示'],
    what: ASKS,
  },
  { gap: 12, parts: ['시스템|숨겨진', '프롬프트|지침|지시', '보여|출력|알려|공개'], what: ASKS },
];

const COMPILED = PATTERNS.map(({ gap, parts, what }) => ({
  what,
  pattern: new RegExp(
    parts.map((part) => `(?:${part.split('|').map(foldWord).join('|')})`).join(`[^\\n]{0,${gap}}?`),
    'u',
  ),
}));

/** Scripts and letters that the patterns have. */
const CONCERNED = /[\u0e00-\u0e7f\u3040-\u9fff\uac00-\ud7a3]/;

/** The first order in a text as it looks; `original` tells whether there can be one. */
export function findUnparted(look: string, original: string): Spot | undefined {
  if (!CONCERNED.test(original) && !/[\u0102-\u01b0\u1ea0-\u1ef9]/.test(original)) return undefined;
  for (const { pattern, what } of COMPILED) {
    const match = pattern.exec(look);
    if (match !== null) return { start: match.index, end: match.index + match[0].length, what };
  }
  return undefined;
}
