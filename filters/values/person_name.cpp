#include "filters/values/person_name.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "filters/values/given_example.h"
#include "filters/values/name_characters.h"
#include "filters/values/name_list.h"

namespace sekisho::filters {
namespace {

// Of shape, for what the lists know less surely, and for what everybody knows.
constexpr double kComposed = 0.05;  // subtracted where the given name is on no list
constexpr double kKnownToAll = 0.40;

constexpr std::u32string_view kHonorifics[] = {U"様",   U"さま", U"さん",   U"氏", U"殿",
                                               U"先生", U"くん", U"ちゃん", U"君"};
// What else may follow a name without a break.
constexpr std::u32string_view kTitles[] = {
    U"部長", U"課長", U"係長",   U"次長", U"主任", U"社長",   U"会長", U"専務", U"常務", U"取締役",
    U"代表", U"教授", U"議員",   U"選手", U"監督", U"弁護士", U"医師", U"理事", U"局長", U"室長",
    U"店長", U"所長", U"本部長", U"担当", U"被告", U"宛",     U"著",   U"作",   U"訳",   U"編",
    U"談",   U"他",   U"以下",   U"両名", U"名義", U"本人",   U"宅",   U"方",   U"夫妻", U"執行役",
    U"係",   U"副",   U"准教授", U"助教", U"講師", U"主査",   U"参事", U"顧問", U"監査", U"記",
    U"印",   U"男性", U"女性",   U"男",   U"女"};
// What a title or a firm may end with straight before a name.
constexpr std::u32string_view kBefore =
    U"部課室係班者様当長任員役師社店局署科組客妻夫父母兄弟姉妹故亡元は氏名行";
// Words of one character that are given names only beside a space or an honorific.
constexpr std::u32string_view kWeakOne = U"光海空都環円実学正元登昇大心花星望歩保仁進明一力巧要治";
constexpr std::u32string_view kWeakTwo[] = {U"元気", U"希望", U"大和", U"大地", U"紅葉", U"大河",
                                            U"大志", U"勇気", U"光輝", U"和泉", U"星空", U"一番",
                                            U"公平", U"進一", U"望月", U"日向", U"公園", U"大臣"};
// Of them those that with a surname before them name no place and no thing.
constexpr std::u32string_view kWeakAlone[] = {U"勇気", U"元気", U"大地", U"大河",
                                              U"大志", U"光輝", U"日向"};
// What meetings and papers are about, of characters that names have.
constexpr std::u32string_view kTopics[] = {
    U"研修", U"会議", U"説明", U"資料", U"新人", U"海外", U"総会", U"大会", U"研究", U"英語",
    U"講習", U"講座", U"演習", U"実習", U"学習", U"教育", U"訓練", U"実務", U"実績", U"成績",
    U"計画", U"予定", U"報告", U"案内", U"議事", U"会計", U"経理", U"総務", U"人事", U"出張",
    U"面談", U"面接", U"点検", U"検査", U"試験", U"設計", U"契約", U"請求", U"見積", U"文書"};
// Surnames that are towns, stations and regions as often.
constexpr std::u32string_view kPlaces[] = {
    U"千葉", U"福島", U"山口", U"石川", U"宮崎", U"長野", U"福井", U"富山", U"秋田", U"岡山",
    U"香川", U"徳島", U"大分", U"熊本", U"長崎", U"静岡", U"上野", U"中野", U"大宮", U"川崎",
    U"渋谷", U"目黒", U"大森", U"蒲田", U"品川", U"板橋", U"豊島", U"三田", U"神田", U"高田",
    U"大崎", U"赤坂", U"青山", U"立川", U"府中", U"町田", U"藤沢", U"鎌倉", U"平塚", U"松本",
    U"上田", U"飯田", U"高崎", U"前橋", U"小山", U"水戸", U"柏原", U"松戸", U"船橋", U"市川",
    U"成田", U"川口", U"浦和", U"所沢", U"川越", U"熊谷", U"山形", U"米沢", U"郡山", U"長岡",
    U"高岡", U"金沢", U"小松", U"三島", U"岡崎", U"豊田", U"一宮", U"松阪", U"大津", U"宇治",
    U"豊中", U"高槻", U"茨木", U"神戸", U"西宮", U"明石", U"奈良", U"米子", U"松江", U"出雲",
    U"福山", U"広島", U"高松", U"松山", U"高知", U"佐賀", U"日田", U"梅田", U"長田", U"天神",
    U"本町", U"日本", U"東北", U"大阪", U"京都", U"浅草", U"田町", U"新潟", U"沼津", U"清水",
    U"本田", U"松下", U"三宅", U"浜松", U"豊橋", U"津田", U"大野", U"勝浦", U"館山", U"網走"};
// Of them those that more people than places are called, where a person is asked for.
constexpr std::u32string_view kPeopleFirst[] = {
    U"山口", U"石川", U"宮崎", U"松本", U"清水", U"上田", U"上野", U"中野", U"小松", U"飯田",
    U"小山", U"川口", U"熊谷", U"松下", U"三宅", U"大野", U"本田", U"青山", U"津田", U"平塚",
    U"岡崎", U"豊田", U"高田", U"大森", U"神田", U"町田", U"市川", U"成田", U"長岡", U"福井"};
// Ranks that colleagues put behind a surname. Not the heads of places and shops, nor people the
// papers write about.
constexpr std::u32string_view kRanks[] = {
    U"部長",     U"課長",     U"係長", U"次長",     U"主任",         U"室長",      U"専務",
    U"常務",     U"社長",     U"会長", U"本部長",   U"副部長",       U"副社長",    U"課長補佐",
    U"部長代理", U"課長代理", U"主査", U"リーダー", U"マネージャー", U"マネジャー"};
// After a single kanji given name (else it is the stem of a verb), and after 一字の姓 with an
// honorific.
constexpr std::u32string_view kParticles = U"がのはをにとへもでやかよだ";

// People of history books and newspapers: a text about them is about nobody's data.
constexpr std::u32string_view kFamous[] = {
    U"織田信長",   U"豊臣秀吉", U"徳川家康",   U"坂本龍馬",   U"夏目漱石",   U"芥川龍之介",
    U"三島由紀夫", U"川端康成", U"村上春樹",   U"伊藤博文",   U"福沢諭吉",   U"野口英世",
    U"渋沢栄一",   U"津田梅子", U"北里柴三郎", U"樋口一葉",   U"西郷隆盛",   U"武田信玄",
    U"上杉謙信",   U"明智光秀", U"手塚治虫",   U"黒澤明",     U"松尾芭蕉",   U"葛飾北斎",
    U"宮沢賢治",   U"森鴎外",   U"島崎藤村",   U"石川啄木",   U"正岡子規",   U"谷崎潤一郎",
    U"江戸川乱歩", U"松本清張", U"司馬遼太郎", U"東野圭吾",   U"湯川秀樹",   U"山中伸弥",
    U"大谷翔平",   U"孫正義",   U"本田宗一郎", U"松下幸之助", U"稲盛和夫",   U"豊田章男",
    U"岸田文雄",   U"安倍晋三", U"石破茂",     U"菅義偉",     U"小泉純一郎", U"田中角栄",
    U"吉田茂",     U"徳川慶喜", U"近藤勇",     U"土方歳三",   U"沖田総司",   U"高杉晋作",
    U"小林一茶",   U"宮崎駿",   U"福山雅治",   U"大久保利通", U"木戸孝允",   U"岩倉具視",
    U"板垣退助",   U"大隈重信", U"伊能忠敬",   U"杉田玄白",   U"平賀源内",   U"足利尊氏",
    U"北条政子",   U"源頼朝",   U"平清盛",     U"藤原道長",   U"源義経",     U"伊達政宗",
    U"石田三成",   U"前田利家", U"高橋是清",   U"東条英機",   U"山本五十六", U"宮本武蔵",
    U"横山大観",   U"太宰治",   U"安藤忠雄",   U"丹下健三",   U"黒川紀章",   U"北野武",
    U"松井秀喜",   U"高市早苗", U"岡本太郎",   U"小野妹子",   U"長谷川平蔵", U"松平定信",
    U"徳川吉宗",   U"田沼意次", U"水野忠邦",   U"井上馨",     U"山田孝之",   U"小澤征爾",
    U"坂本龍一",   U"羽生結弦", U"羽生善治",   U"藤井聡太",   U"久石譲",     U"三谷幸喜",
    U"伊藤忠",     U"松本清",   U"中田英寿"};
// The people of forms and manuals.
constexpr std::u32string_view kSamples[] = {U"山田太郎", U"山田花子", U"鈴木一郎", U"佐藤花子"};

template <std::size_t N>
std::size_t word_at(const NameAhead& ahead, std::size_t i, const std::u32string_view (&words)[N]) {
  std::size_t longest = 0;
  for (const std::u32string_view word : words) {
    if (word.front() == ahead[i] && ahead.starts(i, word)) longest = std::max(longest, word.size());
  }
  return longest;
}

// Characters of an honorific at `i`; 0 where the word goes on to be another one ("様式", "氏名").
std::size_t honorific_at(const NameAhead& ahead, std::size_t i) {
  const std::size_t size = word_at(ahead, i, kHonorifics);
  const char32_t next = ahead[i + size];
  if (size == 0) return 0;
  if (ahead[i] == U'様' &&
      std::u32string_view(U"式子々態相").find(next) != std::u32string_view::npos)
    return 0;
  if (ahead[i] == U'氏' && next == U'名') return 0;
  if (ahead[i] == U'君' && (next == U'主' || next == U'臨')) return 0;
  if (ahead[i] == U'殿' && (next == U'堂' || next == U'下')) return 0;
  return size;
}

// The same, or behind a blank: "東沙織 様".
bool honorific_follows(const NameAhead& ahead, std::size_t i) {
  if (honorific_at(ahead, i) > 0) return true;
  return ahead[i] == U' ' && ahead[i + 1] != U'君' && honorific_at(ahead, i + 1) > 0;
}

struct Name {
  std::size_t surname = 0, given_from = 0, given = 0;  // characters
  bool listed = false, spaced = false, honorific = false;
  std::size_t size() const { return given > 0 ? given_from + given : surname; }
};

bool ends_free(const NameAhead& ahead, std::size_t i) {
  const char32_t next = ahead[i];
  return !is_han(next) && next != U'ー' && next != U'ヶ';
}

// "さくらが伺います", "さくらです": a particle and no more kana, or the end of a sentence.
bool particle_ends_it(const NameAhead& ahead, std::size_t i) {
  if (ahead.starts(i, U"です") || ahead.starts(i, U"と申")) return true;
  return kParticles.find(ahead[i]) != std::u32string_view::npos && !is_hiragana(ahead[i + 1]);
}

// Whether `count` characters from `from` are a given name that ends there.
bool given_holds(const NameAhead& ahead, std::size_t from, std::size_t count, bool spaced,
                 Name& name) {
  const NameList& names = NameList::shipped();
  const char32_t* given = ahead.value.data() + from;
  const bool kana = is_hiragana(given[0]);
  const std::size_t end = from + count;
  const bool honorific = honorific_follows(ahead, end);
  if (!names.is_given(given, count) || word_at(ahead, from, kTopics) == count) return false;
  if (kana) {
    const bool sure =
        count >= 3 && names.is_listed_given(given, count) && particle_ends_it(ahead, end);
    if (!spaced && !honorific && is_hiragana(ahead[end]) && !sure) return false;
    if (!honorific && is_hiragana(ahead[end]) &&
        kParticles.find(ahead[end]) == std::u32string_view::npos)
      return false;
  } else if (!honorific && !ends_free(ahead, end) && word_at(ahead, end, kTitles) == 0) {
    return false;
  }
  if (!spaced && !honorific) {
    const std::u32string_view word(given, count);
    const bool left = ahead.alone_before || ahead.before_it == U' ';
    const bool alone =
        left && from > 1 && is_list_border(ahead[end]) && word_at(ahead, 0, kPlaces) < from;
    if (count == 1 && !kana) {
      if (!alone && !ahead.starts(end, U"と申") &&
          kWeakOne.find(given[0]) != std::u32string_view::npos)
        return false;
      if (is_hiragana(ahead[end]) && kParticles.find(ahead[end]) == std::u32string_view::npos)
        return false;
    }
    const bool weak =
        std::find(std::begin(kWeakTwo), std::end(kWeakTwo), word) != std::end(kWeakTwo);
    const bool introduced = ahead.starts(end, U"と申");
    const bool holds_alone =
        std::find(std::begin(kWeakAlone), std::end(kWeakAlone), word) != std::end(kWeakAlone);
    if (weak && !introduced && !(alone && holds_alone)) return false;
  }
  name.given_from = from;
  name.given = count;
  name.listed = names.is_listed_given(given, count);
  name.spaced = spaced;
  name.honorific = honorific;
  return true;
}

// The name that begins with a surname of `length` characters.
std::optional<Name> name_after(const NameAhead& ahead, std::size_t length) {
  Name name;
  name.surname = length;
  const bool spaced = ahead[length] == U' ';
  const std::size_t from = length + (spaced ? 1 : 0);
  for (std::size_t count = 4; count > 0; --count) {
    if (from + count <= ahead.count && given_holds(ahead, from, count, spaced, name)) return name;
  }
  const std::size_t honorific = honorific_at(ahead, from);
  if (honorific == 0) return std::nullopt;
  if (spaced && ahead[from] == U'君') return std::nullopt;
  name.honorific = true;
  if (length > 1) return name;
  // "森さん" but not "森さんぽ".
  const char32_t next = ahead[from + honorific];
  if (is_han(next) || is_katakana(next)) return std::nullopt;
  if (is_hiragana(next) && kParticles.find(next) == std::u32string_view::npos) return std::nullopt;
  return name;
}

// `surnames`: the lengths of the surnames that begin here, a bit each.
std::optional<Name> read_name(const NameAhead& ahead, unsigned& surnames) {
  const NameList& names = NameList::shipped();
  std::optional<Name> best;
  surnames = 0;
  for (std::size_t length = std::min<std::size_t>(4, ahead.count); length > 0; --length) {
    if (!names.is_surname(ahead.value.data(), length)) continue;
    surnames |= 1U << length;
    const auto name = name_after(ahead, length);
    if (name && (!best || (name->given > 0 && best->given == 0))) best = name;
  }
  return best;
}

bool is_place(const NameAhead& ahead, std::size_t length) {
  return word_at(ahead, 0, kPlaces) == length;
}

// Behind the surname a sentence ends: "です。", "でございます", "ですが".
bool introduces(const NameAhead& ahead, std::size_t i) {
  if (ahead.starts(i, U"でござい") || ahead.starts(i, U"と申") || ahead.starts(i, U"ともうし"))
    return true;
  if (!ahead.starts(i, U"です")) return false;
  const char32_t next = ahead[i + 2];
  return next == 0 ||
         std::u32string_view(U"。、，,.！!\n\r がけ」)）").find(next) != std::u32string_view::npos;
}

// "営業部の", "ミライソフトの": what one belongs to, before one's own name.
bool belongs_to(std::string_view text, std::size_t pos, bool& division) {
  const FoldedChar of = char_before(text, pos);
  if (of.value != U'の') return false;
  const char32_t end = char_before(text, pos - of.size).value;
  division = std::u32string_view(U"部課室係").find(end) != std::u32string_view::npos;
  return division || is_katakana(end) ||
         std::u32string_view(U"社店局署科組所院校庫").find(end) != std::u32string_view::npos;
}

// "青木です。お世話になっております。" at the beginning of a line: who writes.
bool greets(const NameAhead& ahead, std::string_view text, std::size_t length) {
  if (ahead.before_it != 0 && ahead.before_it != U'\n') return false;
  if (!ahead.starts(length, U"です。")) return false;
  static constexpr std::string_view kGreetings[] = {"お世話",   "お疲れ", "いつも",     "おつかれ",
                                                    "ご無沙汰", "突然",   "こんにちは", "おはよう",
                                                    "先日",     "先ほど", "ご連絡"};
  std::string_view rest = text.substr(ahead.at[length + 3], 48);
  while (!rest.empty() && (rest[0] == '\n' || rest[0] == '\r' || rest[0] == ' '))
    rest.remove_prefix(1);
  return std::any_of(std::begin(kGreetings), std::end(kGreetings),
                     [rest](std::string_view greeting) { return rest.starts_with(greeting); });
}

// "弊社西川より": one of ours, and what he does.
bool is_ours(std::string_view text, std::size_t pos, const NameAhead& ahead, std::size_t length) {
  const std::string_view before = text.substr(0, pos);
  if (!before.ends_with("弊社") && !before.ends_with("当社")) return false;
  static constexpr std::u32string_view kDoes[] = {U"より", U"から", U"が", U"まで", U"宛"};
  return word_at(ahead, length, kDoes) > 0;
}

// "佐藤：それは来週までに…": who speaks, at the beginning of a line, and a sentence.
bool speaks(std::string_view text, const NameAhead& ahead, std::size_t length) {
  constexpr std::size_t kSentence = 90;  // bytes looked at
  const char32_t left = ahead.before_it;
  if (left != 0 && left != U'\n' && left != U'・' && left != U' ') return false;
  if (ahead[length] != U':') return false;
  const std::string_view line = text.substr(ahead.at[length + 1], kSentence);
  std::size_t kana = 0;
  for (std::size_t pos = 0; pos < line.size() && line[pos] != '\n' && kana < 4;) {
    const FoldedChar c = char_at(line, pos);
    if (c.size == 0) break;
    kana += is_hiragana(c.value);
    pos += c.size;
  }
  return kana >= 4;
}

// "対応済み（佐藤）" at the end of a line.
bool signs(const NameAhead& ahead, std::size_t length) {
  const char32_t next = ahead[length + 1];
  return ahead.before_it == U'(' && ahead[length] == U')' &&
         (next == 0 || next == U'\n' || next == U'\r');
}

// A surname that what stands around it makes one, without an honorific.
std::optional<Name> called_by_surname(std::string_view text, std::size_t pos,
                                      const NameAhead& ahead, unsigned surnames) {
  for (std::size_t length = 4; length > 1; --length) {
    if ((surnames >> length & 1U) == 0) continue;
    Name name;
    name.surname = length;
    const std::size_t rank = word_at(ahead, length, kRanks);
    if (rank > 0 && !is_han(ahead[length + rank])) return name;
    if (greets(ahead, text, length)) return name;
    if (!is_place(ahead, length) && is_ours(text, pos, ahead, length)) return name;
    bool division = false;
    const bool introduced = introduces(ahead, length);
    if (introduced && !ahead.starts(length, U"です")) return name;
    if (introduced && belongs_to(text, pos, division) && (division || !is_place(ahead, length)))
      return name;
    if (!is_place(ahead, length) && (speaks(text, ahead, length) || signs(ahead, length)))
      return name;
  }
  return std::nullopt;
}

constexpr std::u32string_view kEndsOfTimes = U"日週回前後朝月";
// "来週中島さんと": a time straight before a name.
bool ends_time(std::string_view text) {
  static constexpr std::string_view kTimes[] = {"今日", "昨日", "明日", "先日", "本日", "来週",
                                                "先週", "今週", "今回", "前回", "午前", "午後",
                                                "今朝", "先月", "来月", "今月", "翌日", "当日"};
  return std::any_of(std::begin(kTimes), std::end(kTimes),
                     [text](std::string_view time) { return text.ends_with(time); });
}

bool may_begin(std::string_view text, std::size_t pos) {
  const char32_t before = char_before(text, pos).value;
  // "名古屋" begins no name behind 名, unless that ends 氏名.
  if (before == U'名' && text.substr(pos).starts_with("古屋") &&
      !text.substr(0, pos).ends_with("氏名"))
    return false;
  return !is_han(before) || kBefore.find(before) != std::u32string_view::npos ||
         (kEndsOfTimes.find(before) != std::u32string_view::npos && ends_time(text.substr(0, pos)));
}

template <std::size_t N>
bool is_one_of(const NameAhead& ahead, const Name& name, const std::u32string_view (&people)[N]) {
  std::u32string whole(ahead.value.data(), name.surname);
  whole.append(ahead.value.data() + name.given_from, name.given);
  return std::find(std::begin(people), std::end(people), whole) != std::end(people);
}

double confidence_of(const DetectorRow& row, const NameAhead& ahead, const Name& name) {
  const ConfidenceModel& model = row.confidence;
  if (name.given == 0) return name.surname > 1 ? model.grouped : model.grouped - kComposed;
  if (name.surname == 1 && !name.honorific && !(name.spaced && name.listed)) return 0;
  // "岡山　京都": from one town to another.
  if (name.spaced && !name.honorific && is_place(ahead, name.surname) &&
      word_at(ahead, name.given_from, kPlaces) == name.given)
    return 0;
  double confidence = name.honorific ? model.context : model.shape;
  if (!name.listed) confidence -= kComposed;
  if (is_one_of(ahead, name, kSamples)) return confidence - model.against;
  if (!name.honorific && is_one_of(ahead, name, kFamous)) return confidence - kKnownToAll;
  return confidence;
}

// "例: 田中太郎": a given name that forms are filled in with for show, behind a word that says so.
bool is_shown(std::string_view text, std::size_t begin, const NameAhead& ahead, const Name& name) {
  static constexpr std::u32string_view kShown[] = {U"太郎", U"花子", U"一郎", U"次郎", U"二郎"};
  const std::u32string_view given(ahead.value.data() + name.given_from, name.given);
  return std::find(std::begin(kShown), std::end(kShown), given) != std::end(kShown) &&
         is_given_as_example(text, begin);
}

}  // namespace

void find_person_names(const DetectorRow& row, std::string_view text, Range where, Findings& out) {
  const NameList& names = NameList::shipped();
  for (std::size_t pos = where.begin; (pos = skip_ascii(text, pos, where.end)) < where.end;) {
    const char32_t c = kanji_at(text, pos);
    if (c == 0) {
      ++pos;
      continue;
    }
    if (names.begins_surname(c) && may_begin(text, pos)) {
      const NameAhead ahead(text, pos);
      unsigned surnames = 0;
      auto name = read_name(ahead, surnames);
      const bool called = !name;
      if (called && surnames > 1U << 1) name = called_by_surname(text, pos, ahead, surnames);
      const bool told = name && !is_shown(text, pos, ahead, *name);
      const double confidence = told ? confidence_of(row, ahead, *name) : 0;
      const Range range{pos, name ? ahead.at[name->size()] : pos};
      if (confidence > 0)
        out.push_back(make_finding(row, confidence, range, normalised_name(text, range),
                                   name->given > 0 ? "surname and given name of the lists"
                                   : called        ? "surname of the list in the place for one"
                                                   : "surname of the list with an honorific"));
    }
    pos += 3;
  }
}

namespace {

// Words that stand where a name is asked for.
constexpr std::u32string_view kNotFilledIn[] = {
    U"記入", U"必須", U"不明", U"空欄", U"未定", U"公開", U"変更", U"入力", U"省略", U"匿名",
    U"一覧", U"確認", U"登録", U"必要", U"取得", U"検索", U"会社", U"株式", U"部署", U"項目",
    U"任意", U"未入", U"同上", U"名前", U"氏名", U"住所", U"電話", U"番号", U"年齢", U"性別",
    U"生年", U"非表", U"表示", U"略",   U"本名", U"漢字", U"全角", U"半角", U"姓名", U"以下",
    U"下記", U"上記", U"別紙", U"備考", U"所属", U"役職", U"申請", U"令和", U"平成", U"年月"};

bool holds_other_word(const NameAhead& ahead, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = std::max(word_at(ahead, i, kNotFilledIn), word_at(ahead, i, kTopics));
    if (size > 0 && i + size <= count) return true;
  }
  return false;
}

std::size_t run_of_han(const NameAhead& ahead, std::size_t from) {
  std::size_t i = from;
  while (i < ahead.count && (is_han(ahead[i]) || ahead[i] == U'ヶ' || ahead[i] == U'ノ')) ++i;
  return i - from;
}

// Characters of a name of which no list knows the surname; 0 = none.
std::size_t unlisted_name(const NameAhead& ahead, bool& spaced) {
  std::size_t first = run_of_han(ahead, 0);
  spaced = ahead[first] == U' ' && is_kana_or_han(ahead[first + 1]);
  if (!spaced) {
    for (std::size_t i = 2; i < first; ++i) {
      if (honorific_at(ahead, i) > 0) first = i;
    }
    const bool holds = first >= 3 && first <= 5 &&
                       NameList::shipped().is_plausible(ahead.value.data(), first) &&
                       NameList::shipped().begins_surname(ahead[0]);
    return holds ? first : 0;
  }
  if (first == 0 || first > 4) return 0;
  const std::size_t from = first + 1;
  std::size_t second = run_of_han(ahead, from);
  if (second == 0) {
    while (from + second < ahead.count && is_kana_or_han(ahead[from + second])) ++second;
  }
  for (std::size_t i = 1; i < second; ++i) {
    if (honorific_at(ahead, from + i) > 0) second = i;
  }
  if (second == 0 || second > 4) return 0;
  return from + second;
}

}  // namespace

double check_person_name(TokenMatch& match, double confidence) {
  const NameAhead ahead(match.text, match.range.begin);
  unsigned surnames = 0;
  if (const auto name = read_name(ahead, surnames)) {
    const std::size_t size = name->size();
    match.range.end = ahead.at[size];
    if (name->given == 0) return confidence - 0.05;
    if (is_shown(match.text, match.range.begin, ahead, *name)) return 0;
    const double sure = name->listed ? 0.10 : 0.05;
    return is_one_of(ahead, *name, kSamples) ? confidence + sure - 0.40 : confidence + sure;
  }
  bool spaced = false;
  const std::size_t size = unlisted_name(ahead, spaced);
  if (size == 0 || holds_other_word(ahead, size)) return 0;
  match.range.end = ahead.at[size];
  return spaced ? confidence : confidence - 0.10;
}

namespace {

// "担当：例）佐藤": the surnames that forms show.
bool is_shown_surname(std::string_view text, std::size_t begin, const NameAhead& ahead,
                      std::size_t length) {
  static constexpr std::u32string_view kShown[] = {U"佐藤", U"鈴木", U"田中", U"山田", U"高橋"};
  return word_at(ahead, 0, kShown) == length && is_given_as_example(text, begin);
}

// Characters of a listed surname that stands by itself from `pos`; 0 = none.
std::size_t lone_surname(const NameAhead& ahead, bool person_asked) {
  const NameList& names = NameList::shipped();
  for (std::size_t length = std::min<std::size_t>(4, ahead.count); length > 1; --length) {
    const char32_t next = ahead[length];
    const bool ends = is_list_border(next) || next == U' ' || next == U'。' || next == U'→';
    if (!ends || !names.is_surname(ahead.value.data(), length)) continue;
    const bool place =
        is_place(ahead, length) && !(person_asked && word_at(ahead, 0, kPeopleFirst) == length);
    if (!place) return length;
  }
  return 0;
}

}  // namespace

// Cheap: most characters begin no surname.
bool may_be_surname(std::string_view text, std::size_t pos) {
  return NameList::shipped().begins_surname(usual_form(char_at(text, pos).value));
}

double check_surname_here(TokenMatch& match, double confidence) {
  if (!may_be_surname(match.text, match.range.begin)) return 0;
  const NameAhead ahead(match.text, match.range.begin);
  const std::size_t length = lone_surname(ahead, true);
  if (length == 0 || is_shown_surname(match.text, match.range.begin, ahead, length)) return 0;
  match.range.end = ahead.at[length];
  return confidence;
}

// Bytes of the kanji and kana that stand side by side from `pos` on, the middle dot not among them.
std::size_t letters_run(std::string_view text, std::size_t pos, std::size_t end) {
  std::size_t at = pos;
  while (at < end) {
    const char32_t c = kanji_at(text, at);
    if (c < 0x3040 || c == U'・') break;
    at += 3;
  }
  return at - pos;
}

double check_given_name_here(TokenMatch& match, double confidence) {
  const NameAhead ahead(match.text, match.range.begin);
  const NameList& names = NameList::shipped();
  for (std::size_t count = std::min<std::size_t>(4, ahead.count); count > 0; --count) {
    const char32_t next = ahead[count];
    const bool ends = is_list_border(next) || next == U' ' || next == U'。';
    if (!ends || !names.is_given(ahead.value.data(), count)) continue;
    if (count == 1 && !names.is_listed_given(ahead.value.data(), count)) continue;
    match.range.end = ahead.at[count];
    return confidence;
  }
  return 0;
}

void find_attendants(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  constexpr std::size_t kLongestList = 400;  // bytes
  const std::string_view line = text.substr(gate.end, kLongestList);
  // The same label once more reads on from there.
  const std::size_t again = line.find(text.substr(gate.begin, gate.size()));
  const std::size_t end = gate.end + std::min({line.size(), line.find('\n'), again});
  std::size_t pos = gate.end;
  while (pos < end) {
    if (const std::size_t letters = letters_run(text, pos, end); letters > 0) {
      pos += letters;  // neither end the list nor part its names
      continue;
    }
    const FoldedChar c = char_at(text, pos);
    if (c.size == 0 || c.value == U'。') return;
    pos += c.size;
    if ((!is_list_border(c.value) && c.value != U' ') || !may_be_surname(text, pos)) continue;
    const NameAhead ahead(text, pos);
    const std::size_t length = lone_surname(ahead, false);
    if (length == 0 || is_shown_surname(text, pos, ahead, length)) continue;
    const Range range{pos, ahead.at[length]};
    out.push_back(make_finding(row, row.confidence.shape, range, normalised_name(text, range),
                               "surname of the list in a list of people"));
    pos = range.end;
  }
}

double check_name_reading(TokenMatch& match, double confidence) {
  static constexpr std::string_view kNoReadings[] = {
      "メール",   "アドレス", "パスワード", "カブシキ", "カイシャ",
      "ガイシャ", "カタカナ", "フリガナ",   "ひらがな", "ふりがな",
      "センター", "サービス", "システム",   "グループ", "ニュウリョク"};
  const std::string_view value = match.value();
  for (const std::string_view word : kNoReadings) {
    if (value.find(word) != std::string_view::npos) return 0;
  }
  // "フリガナ：\nパスワード：": the next field of a form that is not filled in.
  const char32_t next = char_at(match.text, match.range.end).value;
  return next == U':' || next == U'：' ? 0 : confidence;
}

}  // namespace sekisho::filters
