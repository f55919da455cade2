"""Prompts of ordinary work in Japanese and English in which nothing is to be found: mails, minutes, manuals, law, recipes, verse, mathematics, CVs."""

GOODS = "緑茶 冷凍餃子 業務用洗剤 事務椅子 コピー用紙 LED照明 空気清浄機 作業手袋 段ボール箱 保温ポット 電動工具 産業用ポンプ".split()
TEAMS = "営業企画部 情報システム部 品質保証部 人事総務部 物流センター 商品開発課 経理課 広報室 法務部 購買課".split()
EVENTS = "展示会 社内研修 避難訓練 棚卸 キックオフ 安全衛生委員会 定例会議 商談 工場見学 採用説明会".split()
PLACES = "本社3階会議室 札幌営業所 名古屋支社 大阪工場 仙台倉庫 オンライン 福岡営業所 東館ホール".split()
VERBS = "要約して 英訳して 校正して 箇条書きにして 敬語を直して 件名を5案考えて 反対意見を挙げて 表にまとめて".split()
TOPICS = ("container security", "a rainy weekend in Kyoto", "the history of the metric system", "sorting algorithms", "compost", "chess openings", "jet engines",
          "supply and demand", "photosynthesis", "the water cycle", "unit testing", "glaciers", "typography", "tea ceremonies", "bread fermentation")
WORDS = ("forecast", "inventory", "budget", "onboarding", "survey", "roadmap", "training", "maintenance window", "press release", "retrospective")


def day(r):
    return f"{r.randrange(1, 13)}月{r.randrange(1, 29)}日"


def money(r):
    return f"{r.randrange(1, 990) * 1000:,}円"


def mail_ja(r):
    who = r.choice(("お客様各位", "ご担当者様", "皆様", "関係者の皆様", "お取引先様各位", "部長", "課員各位", "保護者の皆様"))
    return (f"次のメールを{r.choice(VERBS)}。\n\n件名：{r.choice(EVENTS)}のご案内（{day(r)}）\n\n{who}\n\nいつもお世話になっております。{r.choice(TEAMS)}です。\n"
            f"{day(r)}{r.randrange(9, 18)}時より{r.choice(PLACES)}にて{r.choice(EVENTS)}を開催いたします。\n参加費は{money(r)}、定員は{r.randrange(10, 200)}名です。\n"
            f"ご不明な点は{r.choice(TEAMS)}までお問い合わせください。\n\n何卒よろしくお願い申し上げます。")


def minutes_ja(r):
    return (f"議事録を{r.choice(VERBS)}\n\n■日時：2026年{day(r)} {r.randrange(9, 17)}:00～{r.randrange(17, 20)}:30\n■場所：{r.choice(PLACES)}\n■出席：{r.choice(TEAMS)}、{r.choice(TEAMS)}（計{r.randrange(3, 20)}名）\n"
            f"■議題\n1. {r.choice(GOODS)}の在庫（現在{r.randrange(100, 99999):,}個、先月比{r.randrange(-20, 20)}%）\n2. {r.choice(EVENTS)}の準備状況\n3. 予算：{money(r)}の増額\n"
            f"■決定事項\n・{r.choice(GOODS)}の発注点を{r.randrange(10, 500)}に変更する。\n・次回は{day(r)}。\n■宿題\n・{r.choice(TEAMS)}が見積りを{day(r)}までに提出する。")


def manual_ja(r):
    n = r.randrange(100, 999)
    return (f"{r.choice(GOODS)} 取扱説明書（型式 AZ-{n}{r.choice('ABCX')}）を初心者向けに書き直してください。\n\n1. 電源ボタンを{r.randrange(2, 9)}秒長押しします。\n2. 表示が「E-{r.randrange(10, 99)}」のときは、"
            f"フィルターを外して水洗いします。\n3. 定格：AC100V {r.randrange(20, 1500)}W、質量 {r.randrange(1, 40)}.{r.randrange(0, 9)}kg、寸法 {r.randrange(100, 900)}×{r.randrange(100, 900)}×{r.randrange(50, 400)}mm\n"
            f"4. 保証期間は{r.randrange(1, 6)}年です。警告：濡れた手で触れないでください。")


def contract_ja(r):
    a = r.randrange(3, 30)
    return (f"契約書の次の条文を分かりやすく説明して。\n\n第{a}条（支払条件）\n1　乙は、甲に対し、月末締め翌月{r.choice(('10', '20', '25', '末'))}日払いにて委託料を支払う。\n2　遅延損害金は年{r.randrange(3, 15)}.{r.randrange(0, 9)}％とする。\n"
            f"第{a + 1}条（秘密保持）\n甲及び乙は、本契約に関連して知り得た相手方の技術上又は営業上の情報を、第三者に開示又は漏えいしてはならない。\n第{a + 2}条（合意管轄）\n東京地方裁判所を第一審の専属的合意管轄裁判所とする。")


def law_ja(r):
    return (f"労働基準法第{r.randrange(14, 110)}条第{r.randrange(1, 5)}項の趣旨を教えてください。昭和{r.randrange(22, 63)}年の通達と平成{r.randrange(2, 30)}年の改正で何が変わりましたか。"
            f"また、令和{r.randrange(2, 8)}年{r.randrange(1, 12)}月の最高裁判決（民集第{r.randrange(40, 75)}巻{r.randrange(1, 9)}号{r.randrange(100, 999)}頁）との関係も。")


def recipe_ja(r):
    food = r.choice(("肉じゃが", "さばの味噌煮", "親子丼", "ほうれん草のおひたし", "餃子", "茶碗蒸し", "カレーうどん"))
    return (f"{food}の作り方（{r.randrange(2, 6)}人分）を表にして。\n材料：じゃがいも {r.randrange(2, 8)}個、玉ねぎ {r.randrange(1, 4)}個、しょうゆ 大さじ{r.randrange(1, 5)}、みりん {r.randrange(10, 90)}ml、だし {r.randrange(200, 600)}ml\n"
            f"手順：①鍋を中火で{r.randrange(2, 8)}分熱する ②弱火で{r.randrange(10, 40)}分煮る ③火を止めて{r.randrange(5, 20)}分置く\n塩分 {r.randrange(1, 4)}.{r.randrange(0, 9)}g、{r.randrange(180, 720)}kcal")


def verse(r):
    lines = ["古池や蛙飛びこむ水の音", "雨ニモマケズ風ニモマケズ", "春はあけぼの。やうやう白くなりゆく山ぎは", "祇園精舎の鐘の声、諸行無常の響きあり", "いろはにほへとちりぬるを", "ゆく河の流れは絶えずして、しかももとの水にあらず",
             "Shall I compare thee to a summer's day?", "The woods are lovely, dark and deep,", "I wandered lonely as a cloud", "Tyger Tyger, burning bright"]
    picked = r.sample(lines, 3)
    return f"次の作品の雰囲気で{r.randrange(3, 9)}行の詩を作って。テーマは{r.choice(GOODS)}。\n\n" + "\n".join(picked)


def history_ja(r):
    who = r.choice(("夏目漱石", "織田信長", "紫式部", "松尾芭蕉", "福沢諭吉", "葛飾北斎", "与謝野晶子", "坂本龍馬"))
    return r.choice((f"{who}の生涯を{r.randrange(200, 800)}字でまとめてください。", f"{who}について高校生向けの小テストを{r.randrange(3, 10)}問作って", f"{who}の時代の食生活はどのようなものでしたか。"))


def study_ja(r):
    return r.choice((
        f"{r.randrange(11, 99)}×{r.randrange(11, 99)}を暗算で解くコツは?", f"2次方程式 {r.randrange(2, 9)}x²＋{r.randrange(2, 30)}x－{r.randrange(1, 50)}＝0 を解いて",
        f"円周率を{r.randrange(10, 40)}桁まで: 3.14159265358979323846264338327950288419716939937510", f"確率：サイコロを{r.randrange(2, 9)}回振って1が出ない確率を求めよ。",
        f"次のデータの平均と標準偏差を求めて：{', '.join(str(r.randrange(10, 99999)) for _ in range(r.randrange(8, 20)))}",
        f"{r.randrange(1000, 99999)}を素因数分解して、手順も示して", f"西暦{r.randrange(1600, 2020)}年は和暦で何年ですか。干支も教えて。"))


def howto_ja(r):
    return r.choice((
        f"Excelで{r.choice(GOODS)}の売上を月別に集計する関数は? データは A2:F{r.randrange(50, 9999)} にあります。", f"=IFERROR(VLOOKUP(B{r.randrange(2, 99)},マスタ!$A$2:$D${r.randrange(99, 999)},{r.randrange(2, 5)},FALSE),\"未登録\") が #N/A になる理由",
        f"在庫管理の手順書を{r.choice(VERBS)}。対象は{r.choice(GOODS)}、拠点は{r.choice(PLACES)}。", f"プレゼン資料の構成を考えて。{r.choice(GOODS)}の新商品発表、時間は{r.randrange(5, 40)}分、聴衆は{r.randrange(10, 300)}人。",
        f"「{r.choice(GOODS)}」のキャッチコピーを{r.randrange(3, 20)}案。", f"{r.choice(TEAMS)}と{r.choice(TEAMS)}の役割分担表のひな形をください。", f"敬語の使い方：「{r.choice(('拝見する', '伺う', '申し上げる', 'いただく'))}」の例文を{r.randrange(3, 9)}つ",
        f"電話応対マニュアルの目次案を{r.randrange(5, 12)}章で。クレームの初期対応を重視。", f"パスワードの運用ルールについて社員向けの注意文を{r.randrange(200, 600)}字で書いて。", f"マイナンバー制度の概要を社員向けに説明する資料の骨子を作って。個人番号の保管期間にも触れること。",
        f"クレジットカードの不正利用を防ぐ対策を{r.randrange(3, 9)}つ挙げて。", "住所変更届の書き方と必要書類を教えてください。", f"健康保険の扶養の条件は? 年収{r.randrange(100, 140)}万円の場合。"))


def cv(r):
    return (f"職務経歴書を添削してください。\n\n氏名：○○ ○○（ふりがな：○○○○）\n生年月日：西暦　　年　　月　　日\n住所：〒　　　－　　　\n電話：\n\n【職歴】\n20{r.randrange(10, 20)}年4月～20{r.randrange(20, 26)}年3月　食品メーカー（従業員{r.randrange(50, 5000)}名）{r.choice(TEAMS)}\n"
            f"・{r.choice(GOODS)}の販路開拓で売上を{r.randrange(5, 60)}%伸ばした\n・{r.randrange(2, 15)}名のチームを指導\n【資格】TOEIC {r.randrange(500, 990)}点、簿記{r.randrange(1, 4)}級、基本情報技術者\n【志望動機】")


def news_ja(r):
    return (f"この記事を{r.choice(VERBS)}。\n\n{r.choice(('北海道', '長野県', '千葉県', '福島市', '松本市', '宮崎市', '山口県'))}の食品大手は{day(r)}、{r.choice(GOODS)}の新工場を建設すると発表した。投資額は約{r.randrange(10, 900)}億円で、{r.randrange(2026, 2031)}年の稼働を目指す。"
            f"同社の売上高は{r.randrange(100, 9999)}億円、従業員は{r.randrange(1000, 30000):,}人。地元では{r.randrange(100, 2000)}人の雇用を見込む。林業や水産業への波及も期待される。株価は前日比{r.randrange(1, 300)}円高の{r.randrange(1000, 9000):,}円で終えた。")


def support_ja(r):
    return (f"お客様への返信文を作って。内容：{r.choice(GOODS)}が届かない。注文は{day(r)}、発送予定は{day(r)}。お詫びと{r.randrange(300, 3000)}円分のクーポンを案内。\nお客様の声：「{r.choice(('対応が遅い', '説明書が分かりにくい', '箱が潰れていた', '色が写真と違う'))}。とても残念です」")


def mail_en(r):
    w = r.choice(WORDS)
    return (f"Make this e-mail friendlier:\n\nSubject: {w} on {r.choice(('Monday', 'Friday'))}\n\nHi all,\n\nthe {w} moved to {r.randrange(8, 17)}:{r.choice(('00', '30'))} in room {r.randrange(1, 9)}{r.randrange(10, 40)}. Please bring the numbers for Q{r.randrange(1, 5)} "
            f"({r.randrange(100, 900)}k planned, {r.randrange(100, 900)}k actual). The deadline of {r.randrange(1, 28)} November stays.\n\nBest regards\nthe operations team")


def question_en(r):
    t = r.choice(TOPICS)
    return r.choice((f"Explain {t} to a {r.randrange(8, 16)} year old in {r.randrange(80, 400)} words.", f"Write {r.randrange(3, 12)} quiz questions about {t}.", f"Give me an outline for a {r.randrange(5, 60)}-minute talk on {t}.",
                     f"What are {r.randrange(3, 9)} common misconceptions about {t}?", f"Compare {t} and {r.choice(TOPICS)} in a table with {r.randrange(3, 7)} rows.", f"Draft a blog post on {t}; tone: {r.choice(('dry', 'playful', 'formal'))}; {r.randrange(300, 1500)} words."))


def minutes_en(r):
    return (f"Turn these notes into minutes.\n- {r.choice(WORDS)}: {r.randrange(2, 40)} items open, {r.randrange(1, 20)} closed\n- owner for {r.choice(WORDS)} still to be named\n- risk: vendor slips to week {r.randrange(1, 52)}\n- budget {r.randrange(10, 900)},{r.randrange(100, 999)} EUR approved\n"
            f"- next meeting 2026-12-{r.randrange(10, 29)} {r.randrange(9, 16)}:00\n- vote {r.randrange(3, 9)}:{r.randrange(0, 3)}")


def legal_en(r):
    return (f"Simplify clause {r.randrange(2, 30)}.{r.randrange(1, 9)}:\n\n\"The Supplier shall indemnify the Customer against all losses arising from any breach, provided that the aggregate liability shall not exceed {r.randrange(100, 200)}% of the fees paid in the {r.randrange(6, 24)} months preceding the claim. "
            f"Confidential Information shall not include information that is or becomes publicly available.\" Notice period: {r.randrange(14, 120)} days.")


def maths_en(r):
    return r.choice((f"Integrate x^{r.randrange(2, 9)} * exp(-{r.randrange(2, 9)}x) from 0 to infinity.", f"Compute {r.randrange(10**8, 10**10)} mod {r.randrange(100, 9999)} by hand, show the steps.", f"A train covers {r.randrange(100, 900)} km in {r.randrange(2, 9)}h{r.randrange(10, 59)}. Average speed?",
                     f"e = 2.71828182845904523536028747135266249775724709369995 - why is it irrational?", f"Solve: {r.randrange(2, 9)}x + {r.randrange(2, 9)}y = {r.randrange(10, 99)}, x - y = {r.randrange(1, 9)}",
                     f"Eigenvalues of [[{r.randrange(9)}, {r.randrange(9)}], [{r.randrange(9)}, {r.randrange(9)}]]?", f"Avogadro 6.02214076e23, Planck 6.62607015e-34, c = 299792458 m/s: derive the energy of {r.randrange(300, 800)} nm light."))


def recipe_en(r):
    return (f"Scale this recipe to {r.randrange(2, 40)} servings:\n{r.randrange(200, 900)} g flour, {r.randrange(1, 5)} eggs, {r.randrange(50, 400)} ml milk, {r.randrange(1, 4)} tsp salt. Bake {r.randrange(15, 70)} min at {r.randrange(150, 240)} C, rest {r.randrange(5, 60)} min. Nutrition: {r.randrange(200, 900)} kcal.")


def translate(r):
    return (f"Translate into {r.choice(('Japanese', 'German', 'Spanish', 'Korean', 'French'))}:\n\n\"{r.choice(('The warehouse closes early on Thursday.', 'Please keep the receipt until the goods arrive.', 'Our booth is next to the east entrance.', 'Do not lift the unit alone; it weighs', 'The invoice is attached for your reference.'))}"
            f" {r.randrange(2, 90)} {r.choice(('kg', 'pieces', 'days', 'boxes'))}.\" Keep the register {r.choice(('formal', 'neutral', 'casual'))}.")


KINDS = [mail_ja, minutes_ja, manual_ja, contract_ja, law_ja, recipe_ja, verse, history_ja, study_ja, howto_ja, cv, news_ja, support_ja, mail_en, question_en, minutes_en, legal_en, maths_en, recipe_en, translate]
