#include "filters/values/postal_address.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>

#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/surroundings.h"
#include "filters/values/given_example.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestTown = 32;      // characters from the municipality to the block
constexpr std::size_t kLongestBuilding = 32;  // characters after the block
constexpr std::size_t kLongestCode = 32;      // bytes of "〒123-4567 "

constexpr std::string_view kPrefectures[] = {
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県",   "福島県", "茨城県",
    "栃木県", "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県",
    "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県",   "愛知県", "三重県",
    "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県",
    "岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県",   "高知県", "福岡県",
    "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県"};
constexpr std::string_view kLargeCities[] = {
    "札幌市", "仙台市", "さいたま市", "千葉市",   "横浜市", "川崎市", "相模原市",
    "新潟市", "静岡市", "浜松市",     "名古屋市", "京都市", "大阪市", "堺市",
    "神戸市", "岡山市", "広島市",     "北九州市", "福岡市", "熊本市"};

// Of Tokyo: known without its name.
constexpr std::string_view kWards[] = {
    "千代田区", "中央区", "港区",   "新宿区",   "文京区", "台東区", "墨田区",  "江東区",
    "品川区",   "目黒区", "大田区", "世田谷区", "渋谷区", "中野区", "杉並区",  "豊島区",
    "北区",     "荒川区", "板橋区", "練馬区",   "足立区", "葛飾区", "江戸川区"};

bool is_han(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || c == 0x3005;
}
bool is_kana(char32_t c) {
  return (c >= 0x3041 && c <= 0x309F) || (c >= 0x30A1 && c <= 0x30FA) || c == 0x30FC;
}
// Asked of each character of a town, for each name of a place that one begins with.
bool is_kanji_digit(char32_t c) {
  switch (c) {
    case U'〇':
    case U'零':
    case U'一':
    case U'二':
    case U'三':
    case U'四':
    case U'五':
    case U'六':
    case U'七':
    case U'八':
    case U'九':
    case U'十':
    case U'百':
      return true;
    default:
      return false;
  }
}
bool is_municipality_end(char32_t c) {
  return c == U'市' || c == U'区' || c == U'町' || c == U'村' || c == U'郡';
}
bool may_begin_street(char32_t c) {
  return c == U'上' || c == U'下' || c == U'西' || c == U'東' || c == U'入';
}
bool is_counter(char32_t c) {
  return std::u32string_view(U"日円件人名分個%").find(c) != std::u32string_view::npos;
}
bool is_dash(char32_t c) {
  return is_hyphen(c) || c == U'の' || c == U'ノ' || c == U'之';
}

// Walks over folded characters.
class Walker {
 public:
  Walker(std::string_view text, std::size_t pos) : text_(text), pos_(pos) {}

  std::size_t pos() const { return pos_; }
  void move_to(std::size_t pos) { pos_ = pos; }
  char32_t peek() const { return here().value; }
  void skip() { pos_ += std::max<std::size_t>(1, here().size); }
  bool done() const { return pos_ >= text_.size(); }
  bool eat(std::string_view word) {
    if (!begins_at(text_, pos_, word)) return false;
    pos_ += word.size();
    return true;
  }
  template <std::size_t N>
  bool eat_any(const std::string_view (&words)[N]) {
    return std::any_of(std::begin(words), std::end(words),
                       [this](std::string_view word) { return eat(word); });
  }
  void skip_spaces() {
    while (is_space(peek())) skip();
  }
  // `count` digits exactly, of any width.
  bool digits(std::size_t count) {
    const std::size_t from = pos_;
    std::size_t seen = 0;
    while (is_digit(peek())) skip(), ++seen;
    if (seen != count) pos_ = from;
    return seen == count;
  }

 private:
  // Each character is asked for several times.
  const FoldedChar& here() const {
    if (read_ != pos_) here_ = char_at(text_, pos_);
    read_ = pos_;
    return here_;
  }

  std::string_view text_;
  std::size_t pos_;
  mutable std::size_t read_ = std::string_view::npos;
  mutable FoldedChar here_;  // at `read_`
};

// "〒123-4567", "123-4567"; the mark is told.
bool eat_postal_code(Walker& walker, bool& marked) {
  const std::size_t from = walker.pos();
  marked = walker.eat("〒") || walker.eat("〠");
  walker.skip_spaces();
  if (walker.digits(7)) {
    if (marked) return true;
  } else if (walker.digits(3)) {
    const bool hyphen = is_hyphen(walker.peek());
    if (hyphen) walker.skip();
    if (hyphen && walker.digits(4)) return true;
  }
  walker.move_to(from);
  return false;
}

// The numbers of a block and what they say.
struct Block {
  std::size_t numbers = 0;
  bool worded = false;  // 番地, 番, 号: more than a quarter
  bool street = false;  // Kyoto: 上る, 西入
  bool found() const { return numbers > 0 || street; }
  bool full() const { return numbers >= 2 || worded || street; }
};

// One number; 0 characters when there is none.
std::size_t eat_number(Walker& walker, bool& in_kanji) {
  std::size_t size = 0;
  in_kanji = is_kanji_digit(walker.peek());
  while (in_kanji ? is_kanji_digit(walker.peek()) : is_digit(walker.peek())) walker.skip(), ++size;
  return size;
}

// "1丁目2番3号", "1-2-3", "五丁目十番", "12番地の3", "1条西2丁目".
Block eat_block(Walker& walker, std::string_view text) {
  static constexpr std::string_view kWords[] = {"丁目", "番地", "番", "号室",
                                                "号",   "条",   "線", "地割"};
  Block block;
  std::size_t end = walker.pos();
  bool dashed = false, in_kanji = false, behind_lot = false;
  while (block.numbers < 6) {
    const std::size_t from = walker.pos();
    const std::size_t size = eat_number(walker, in_kanji);
    if (size == 0 || size > 5) break;
    const std::size_t word_from = walker.pos();
    if (walker.eat_any(kWords)) {
      const std::string_view word = text.substr(word_from, walker.pos() - word_from);
      behind_lot = word == "番地" || word == "番";
      block.worded = block.worded || behind_lot || word == "号";
      if (word == "条") {  // the quarter of a grid: "北1条西2丁目"
        for (const std::string_view side : {"東", "西", "南", "北"}) walker.eat(side);
      }
      dashed = true;
      if (walker.peek() == U' ' && is_digit(char_at(text, walker.pos() + 1).value)) walker.skip();
    } else if (in_kanji && !(behind_lot && !is_han(walker.peek()) && walker.peek() != U'つ')) {
      walker.move_to(from);
      break;
    } else {
      // "四番十九": the house number of a lot needs no word, in kanji neither.
      dashed = behind_lot = false;
    }
    ++block.numbers;
    end = walker.pos();
    const std::size_t before_dash = walker.pos();
    if (is_dash(walker.peek())) {
      walker.skip();
      dashed = true;
    }
    if (!dashed) break;
    if (!is_digit(walker.peek()) && !is_kanji_digit(walker.peek())) {
      walker.move_to(before_dash);
      break;
    }
  }
  walker.move_to(end);
  return block;
}

// "2024-01-15", "2024年": what a line goes on with after a place.
bool is_date(std::string_view text, std::size_t pos) {
  const std::string head = folded_lower(text.substr(pos, 24));
  if (head.size() < 5 || (head.substr(0, 2) != "19" && head.substr(0, 2) != "20")) return false;
  if (!is_digit(static_cast<unsigned char>(head[2])) ||
      !is_digit(static_cast<unsigned char>(head[3])))
    return false;
  // "1919-1" is a block.
  if (head[4] == '-')
    return head.size() > 6 && (head[5] == '0' || head[5] == '1') &&
           is_digit(static_cast<unsigned char>(head[6]));
  return head[4] == '/' || head[4] == '.' || head.substr(4, 3) == "年";
}

struct Address {
  Range range;
  bool marked = false;  // 〒
  bool code = false, prefecture = false, large_city = false, municipality = false;
  bool building = false;
  bool ward = false;  // of Tokyo: a city where a block follows
  Block block;

  int score() const {
    const bool city = large_city || (ward && block.found());
    return (code ? 1 : 0) + (prefecture || city ? 1 : 0) + (municipality ? 1 : 0) +
           (block.found() ? 1 : 0) + (building ? 1 : 0);
  }
};

// Whether a block may follow a town that begins at `pos` and is of one field: nothing but kanji and
// kana up to a number or the direction of a street. Names of places that follow each other ask for
// the same characters again and again: one with other last six bits than any of those is passed
// without being read.
bool may_reach_block(std::string_view text, std::size_t pos) {
  static constexpr std::uint64_t kLastBits = [] {
    std::uint64_t bits = 0;
    for (const char32_t c : std::u32string_view(U"〇零一二三四五六七八九十百上下西東入"))
      bits |= std::uint64_t{1} << (c & 63);
    return bits;
  }();
  for (std::size_t size = 0; size <= kLongestTown && pos < text.size(); ++size) {
    const auto lead = static_cast<unsigned char>(text[pos]);
    const bool wide = lead >= 0xE3 && lead <= 0xE9 && pos + 2 < text.size();
    if (wide && (kLastBits >> (text[pos + 2] & 63) & 1) == 0) {
      pos += 3;
      continue;
    }
    const FoldedChar c = char_at(text, pos);
    if (is_digit(c.value) || is_kanji_digit(c.value) || may_begin_street(c.value)) return true;
    if (!wide && !is_han(c.value) && !is_kana(c.value) && !is_space(c.value)) return false;
    pos += c.size;
  }
  return false;
}

// A particle after a kanji: the sentence goes on, the place has ended.
bool is_particle_after(char32_t c, char32_t before) {
  return is_kana(c) && is_han(before) &&
         std::u32string_view(U"はをでにともへや").find(c) != std::u32string_view::npos;
}

// Behind what parts two fields of one record: "東京都","city":"世田谷区" and 東京都,世田谷区 and
// 東京都 | 世田谷区; `pos` where nothing does.
std::size_t next_field(std::string_view text, std::size_t pos) {
  constexpr std::size_t kLongestKey = 24;
  std::size_t at = pos;
  const auto skip_any = [&](std::string_view signs, std::size_t most) {
    const std::size_t begin = at;
    while (at < text.size() && at - begin < most && signs.find(text[at]) != std::string_view::npos)
      ++at;
    return at > begin;
  };
  skip_any("\"'", 1);
  if (!skip_any(" ", 1) && at < text.size() && text[at] == ' ') return pos;
  if (at >= text.size() || std::string_view(",\t|").find(text[at]) == std::string_view::npos)
    return pos;
  ++at;
  skip_any(" \n\r", 8);
  const bool quoted = skip_any("\"'", 1);
  if (!quoted || at >= text.size() || static_cast<unsigned char>(text[at]) >= 0x80) return at;
  std::size_t key = at;
  while (key < text.size() && key - at < kLongestKey &&
         is_word(static_cast<unsigned char>(text[key])))
    ++key;
  if (key == at || key >= text.size() || text[key] != text[at - 1]) return at;
  at = key + 1;
  skip_any(" ", 1);
  if (at >= text.size() || text[at] != ':') return pos;
  ++at;
  skip_any(" ", 2);
  skip_any("\"'", 1);
  return at;
}

// From the municipality to the first number of the block. False where no block follows.
bool eat_town(Walker& walker, std::string_view text, Address& address) {
  static constexpr std::string_view kStreets[] = {"上る",   "下る",   "上ル",   "下ル",
                                                  "西入る", "東入る", "西入ル", "東入ル",
                                                  "西入",   "東入",   "入る",   "入ル"};
  char32_t before = char_before(text, walker.pos()).value, last = 0;
  std::size_t size = 0, named = 0, fields = 0;
  for (; size < kLongestTown && !walker.done(); ++size) {
    // "通りは上る・下るで表す" explains them.
    const char32_t c = walker.peek();
    const bool street =
        may_begin_street(c) && before != U'は' && before != U'の' && before != U'を';
    if (street && named >= 2 && address.municipality && walker.eat_any(kStreets)) {
      address.block.street = true;
      before = U'る';
      continue;
    }
    if (is_digit(c)) break;
    if (is_kanji_digit(c) && address.municipality && named > 0) {
      Walker probe = walker;
      // 三条 of Kyoto is a street, 一条西二丁目 of Sapporo a block.
      if (eat_block(probe, text).found() && char_before(text, probe.pos()).value != U'条' &&
          probe.peek() != U'町')
        break;
    }
    const bool space = is_space(c);
    if (!space && !is_han(c) && !is_kana(c)) {
      if (!address.prefecture || !address.municipality || ++fields > 2) break;
      const std::size_t field = next_field(text, walker.pos());
      if (field == walker.pos()) break;
      Walker probe = walker;
      probe.move_to(field);
      if (!is_han(probe.peek()) && !is_kana(probe.peek()) && !is_digit(probe.peek())) break;
      walker = probe;
      continue;
    }
    if (is_particle_after(c, before)) return address.block.street;
    if (is_municipality_end(c) && named >= 1) {
      address.municipality = true;
      address.range.end = walker.pos() + char_at(text, walker.pos()).size;
    }
    if (!space) ++named, last = c;
    before = c;
    walker.skip();
  }
  const char32_t next = walker.peek();
  const bool number = is_digit(next) || is_kanji_digit(next);
  // A number after a municipality and no town is something else.
  const bool no_town = last == U'市' || last == U'区' || last == U'郡' || last == 0;
  if (!number || no_town || is_date(text, walker.pos())) return address.block.street;
  // "静岡市告示第67号": counted, not a block. "第12地割" is one.
  if (last == U'第') {
    Walker probe = walker;
    while (is_digit(probe.peek()) || is_kanji_digit(probe.peek())) probe.skip();
    if (probe.peek() == U'号') return address.block.street;
  }
  return true;
}

// "サンライズ南302": three or four digits that end a field.
bool is_room_number(std::string_view text, std::size_t from, std::size_t to) {
  const char32_t next = char_at(text, to).value;
  return to - from >= 3 && to - from <= 4 &&
         (next == 0 || std::u32string_view(U"\n\r\t,.、。」)|\"'<でにへ宛").find(next) !=
                           std::u32string_view::npos);
}

// " サンプルマンション 302号室", "霞ビル3F": up to the number of the room or floor.
void eat_building(Walker& walker, std::string_view text, Address& address) {
  static constexpr std::string_view kRooms[] = {"号室", "階", "F", "f", "Ｆ", "号"};
  static constexpr std::string_view kHouses[] = {
      "ビル",       "マンション",   "ハイツ", "コーポ", "荘",     "タワー", "アパート",
      "レジデンス", "メゾン",       "ハウス", "パレス", "コート", "プラザ", "ガーデン",
      "ヒルズ",     "ビルディング", "寮",     "団地",   "ハイム", "シティ"};
  std::size_t size = 0, end = 0, kana = 0;
  bool house = false;
  for (; size < kLongestBuilding && !walker.done(); ++size) {
    if (walker.eat_any(kHouses)) {
      house = true;
      end = walker.pos();
      continue;
    }
    const char32_t c = walker.peek();
    if (c == U'\t') break;  // the next cell
    if (is_digit(c)) {
      const std::size_t number = walker.pos();
      const bool counted = char_before(text, number).value == U'第';  // "第3山下ビル"
      while (is_digit(walker.peek())) walker.skip();
      const std::size_t digits = walker.pos();
      if (counted && (is_han(walker.peek()) || is_kana(walker.peek()))) continue;
      const bool room = walker.eat_any(kRooms);
      if (!room && !house && !(kana >= 3 && is_room_number(text, number, digits))) return;
      end = walker.pos();
      house = true;
      // "ビル107 1980/3/2": another field.
      if (!room && is_space(walker.peek())) break;
      if (room && !is_digit(walker.peek()) && !is_hyphen(walker.peek())) break;
      continue;
    }
    if (!is_space(c) && !is_hyphen(c) && !is_han(c) && !is_kana(c) && !is_letter(c)) break;
    if (is_particle_after(c, char_before(text, walker.pos()).value)) break;
    kana += is_kana(c) && c >= 0x30A1;
    walker.skip();
  }
  if (end == 0) return;
  address.building = true;
  address.range.end = end;
}

// The address that begins at `begin`, as far as it goes.
Address read_address(std::string_view text, std::size_t begin) {
  Walker walker(text, begin);
  Address address;
  address.range = {begin, begin};
  const Address none = address;
  bool marked = false;
  if (eat_postal_code(walker, marked)) {
    address.code = true;
    address.marked = marked;
    address.range.end = walker.pos();
    for (std::size_t gap = 0; gap < 6; ++gap) {
      if (walker.eat("\\n")) continue;  // as JSON writes a line end
      const char32_t c = walker.peek();
      if (!is_space(c) && c != U'\n' && c != U'\r' && c != U',' && c != U'"' && c != U'、' &&
          c != U':' && c != U')' && c != U'|')
        break;
      walker.skip();
    }
    static constexpr std::string_view kLabels[] = {"住所：", "住所:", "住所 "};
    if (walker.eat_any(kLabels)) walker.skip_spaces();
  }
  if (walker.eat_any(kPrefectures)) {
    address.prefecture = true;
    address.range.end = walker.pos();
    walker.skip_spaces();
    walker.move_to(next_field(text, walker.pos()));
  }
  if (walker.eat_any(kLargeCities)) {
    address.large_city = address.municipality = true;
    address.range.end = walker.pos();
  }
  if (!address.prefecture && !address.large_city && walker.eat_any(kWards)) {
    address.ward = address.municipality = true;
    address.range.end = walker.pos();
  }
  // "京都市立", "東京都庁" go on as another word, "東京都立川市" does not.
  static constexpr std::string_view kTowns[] = {"立川", "立山", "立科"};
  if (std::u32string_view(U"立民営庁役").find(walker.peek()) != std::u32string_view::npos &&
      std::none_of(std::begin(kTowns), std::end(kTowns), [&](std::string_view town) {
        return text.substr(walker.pos()).starts_with(town);
      }))
    return none;
  // A ward or nothing by itself is no address without a block.
  const bool needs_block = !address.code && !address.prefecture && !address.large_city;
  if (needs_block && !may_reach_block(text, walker.pos())) return none;
  const bool has_block = eat_town(walker, text, address);
  if (!has_block) return address;
  if (!address.municipality && !address.prefecture) return address;
  if (address.block.street) address.range.end = walker.pos();
  const bool street = address.block.street;
  const Block block = eat_block(walker, text);
  if (block.numbers > 0) {
    address.block = block;
    address.range.end = walker.pos();
  }
  address.block.street = street;
  if (!address.block.found()) return address;
  // "3-1-2024年" goes on as something else; "熊本市, 休日 119日" is counted.
  if (is_digit(walker.peek()) || is_counter(walker.peek())) {
    address.block = {};
    return address;
  }
  eat_building(walker, text, address);
  return address;
}

// The beginning of a postal code that ends straight before `pos`, or `pos`.
std::size_t with_code_before(std::string_view text, std::size_t pos) {
  const char32_t last = char_before(text, pos).value;
  const bool parts = last == U'\n' || last == U'\r' || last == U',' || last == U'n';
  if (!is_digit(last) && !is_space(last) && !parts) return pos;
  std::size_t from = pos > kLongestCode ? pos - kLongestCode : 0;
  while (from < pos && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
  for (; from < pos; from += std::max<std::size_t>(1, char_at(text, from).size)) {
    const char32_t c = char_at(text, from).value;
    if (c != U'〒' && !is_digit(c)) continue;
    if (is_digit(c) && is_digit(char_before(text, from).value)) continue;
    Walker walker(text, from);
    bool marked = false;
    if (!eat_postal_code(walker, marked)) continue;
    walker.eat("\\n");
    while (walker.pos() < pos && (is_space(walker.peek()) || walker.peek() == U'\n' ||
                                  walker.peek() == U'\r' || walker.peek() == U','))
      walker.skip();
    if (walker.pos() == pos) return from;
  }
  return pos;
}

std::string normalised_address(std::string_view text, Range range) {
  std::string out;
  const std::string folded = folded_lower(text.substr(range.begin, range.size()));
  for (std::size_t pos = 0; pos < folded.size();) {
    const FoldedChar c = char_at(folded, pos);
    const std::size_t size = std::max<std::size_t>(1, c.size);
    if (is_hyphen(c.value))
      out += '-';
    else if (!is_space(c.value) && c.value != U'\n' && c.value != U'\r')
      out.append(folded, pos, size);
    pos += size;
  }
  return out;
}

// The addresses of ministries and manuals.
bool is_sample(std::string_view normalised) {
  static constexpr std::string_view kSamples[] = {"千代田区千代田1-1", "千代田区霞が関",
                                                  "千代田区霞ヶ関", "千代田1-1"};
  return std::any_of(std::begin(kSamples), std::end(kSamples),
                     [normalised](std::string_view sample) {
                       return normalised.find(sample) != std::string_view::npos;
                     });
}

// "所在地" of a museum or an office; in a record of a person it is a label like 住所.
bool is_of_institution(const Surroundings& around) {
  static constexpr std::string_view kSite[] = {"所在地"};
  static constexpr std::string_view kSites[] = {
      "施設",   "館",   "店舗", "店名", "園",     "会社", "社名", "商号",     "設立",
      "資本金", "営業", "病院", "医院", "学校",   "大学", "工場", "センター", "本社",
      "役所",   "役場", "団体", "組合", "研究所", "開館", "城",   "寺院",     "神社"};
  return around.has(kSite) && around.has(kSites);
}

// Where a company is, or an event. The name of a company says so on the line of the address alone:
// a signature has it above the address where somebody works.
bool is_of_company(const DetectorRow& row, std::string_view text, Range range) {
  static constexpr std::string_view kCompany[] = {
      "株式会社", "有限会社", "合同会社", "(株)", "(有)",   "㈱",    "inc",
      "ltd",      "本社",     "本店",     "支社", "営業所", "事務所"};
  const Surroundings around(text, range, row.against.before, row.against.after);
  if (around.has_before(row.context)) return false;
  if (around.has(row.against) || is_of_institution(around)) return true;
  const std::size_t from = range.begin - std::min(range.begin, row.against.before);
  const std::string_view before = text.substr(from, range.begin - from);
  const std::string_view after = text.substr(range.end, row.against.after);
  const std::size_t above = last_line_end(before);
  const Surroundings line(text, range, before.size() - (above == before.npos ? 0 : above + 1),
                          std::min(after.find('\n'), after.size()));
  return line.has(kCompany);
}

// "例）東京都千代田区丸の内1-1-1".
bool is_shown(std::string_view text, Range address, std::string_view normalised) {
  static constexpr std::string_view kBlocks[] = {"1-1-1", "1-2-3", "0-0-0", "1丁目1番1号",
                                                 "1丁目2番3号"};
  // The prefecture may stand before what was read.
  std::size_t begin = address.begin;
  for (const std::string_view prefecture : kPrefectures)
    if (text.substr(0, begin).ends_with(prefecture)) begin -= prefecture.size();
  begin = with_code_before(text, begin);
  return std::any_of(
             std::begin(kBlocks), std::end(kBlocks),
             [normalised](std::string_view block) { return normalised.ends_with(block); }) &&
         is_given_as_example(text, begin);
}

bool is_complete(const Address& address) {
  if (address.score() < 3) return false;
  if (address.block.found()) return address.block.full() || address.code || address.building;
  // Tables of postal codes have no mark.
  return address.code && address.marked;
}

}  // namespace

void find_postal_address(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  const std::size_t begin = with_code_before(text, gate.begin);
  const Address address = read_address(text, begin);
  if (address.score() < 1 || address.range.size() == 0) return;
  double confidence = row.confidence.shape;
  if (is_complete(address))
    confidence = row.confidence.context;
  else if (address.score() < 2 && !address.code)
    return;
  std::string normalised = normalised_address(text, address.range);
  if (is_of_company(row, text, address.range)) confidence -= row.confidence.against;
  if (is_sample(normalised) || is_shown(text, address.range, normalised)) confidence -= 0.40;
  if (confidence > 0)
    out.push_back(
        make_finding(row, confidence, address.range, std::move(normalised),
                     is_complete(address) ? "address down to its block" : "parts of an address"));
}

double check_postal_address(TokenMatch& match, double confidence) {
  const Address address = read_address(match.text, match.range.begin);
  if (!address.block.found() || !(address.municipality || address.prefecture)) return 0;
  match.range = address.range;
  const std::string normalised = normalised_address(match.text, address.range);
  const bool sample = is_sample(normalised) || is_shown(match.text, address.range, normalised);
  return sample ? confidence - 0.40 : confidence;
}

}  // namespace sekisho::filters
