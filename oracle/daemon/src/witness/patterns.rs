//! Known ways to instruct a model, by what they are after, in the languages people try.
//!
//! ` ~ ` is a gap of at most four words, `|` an alternative, `*` the rest of a word. Patterns are folded like the
//! text ([`super::fold`]), so they stand here as people write them. Each asks for two or three things together,
//! because any one of them is a word of honest work: what a project writes about prompts, ignored rules or top
//! scores must not be flagged for its subject.

/// Words that stand apart by spaces.
pub(super) const SPACED: &[(&str, &str)] = &[
    // English: drop what you were told.
    (
        "override",
        "ignore|disregard|forget|bypass|discard|neglect ~ previous|prior|above|earlier|preceding|foregoing|your|system|original|initial|former ~ instruction*|prompt|prompts|rules|directions|directives|guidelines|guidance|rubric|orders|context|messages",
    ),
    (
        "override",
        "ignore|disregard|forget ~ all|any|every|everything|whatever ~ instruction*|directions|directives|rubric|guidelines|you were told|you have been told|you know|told before|said above|said before|written above",
    ),
    (
        "override",
        "ignore|disregard|forget ~ instruction*|directions|rules|rubric|prompt ~ above|before|earlier|given|previously|you received|you were given",
    ),
    ("override", "ignore|disregard ~ the above|all of the above|the rubric|that rubric|the scale|this rubric"),
    (
        "override",
        "override ~ your|previous|prior|earlier|preceding ~ instruction*|prompt|rules|directives|guidelines|programming",
    ),
    (
        "override",
        "do not|dont|never|stop|no longer ~ follow|obey|following|obeying|listen to|apply|use ~ rubric|your instructions|previous instructions|instructions above|rules above|system prompt|your rules|the scale",
    ),
    (
        "override",
        "these|following|new|my ~ instructions|rules|orders ~ supersede*|override|replace|take precedence|have priority|outrank ~ your|all|previous|any|the|earlier|prior|system",
    ),
    (
        "override",
        "your new task|your real task|your actual task|your new instructions|your real instructions|your new role|your only task|your new objective|your true purpose|your new job|your new goal|your updated instructions",
    ),
    (
        "override",
        "rubric|grading rules|scoring rules|scoring rubric ~ changed|updated|replaced|revised|void|suspended|cancelled|no longer applies|does not apply|is obsolete",
    ),
    // Name the answer.
    (
        "grading",
        "rate|grade|score|judge|evaluate|value|mark|assess ~ this|my|the ~ pr|pull request|change|contribution|patch|commit|diff|submission|work|code ~ 1500|1400|1300|maximum|maximal|highest|full|perfect|top|excellent|exceptional|outstanding|10|100|ten out of ten",
    ),
    (
        "grading",
        "give|award|assign|grant|deserves|deserve|gets|earns|receive|receives ~ maximum|highest|full|perfect|top|best|max|maximal ~ score|value|rating|marks|points|grade|reward|payout|payment ~ this|it|me|my|to|for|possible|available",
    ),
    (
        "grading",
        "give|award|assign|grant ~ this|it|me|my ~ maximum|highest|full|perfect|top|best|max|1500 ~ score|value|rating|marks|points|grade|reward|payout|payment",
    ),
    (
        "grading",
        "answer|reply|respond|say ~ 1500|1400|maximum value|highest value|maximum score|highest score|full marks",
    ),
    (
        "grading",
        "set|output|return|put|write ~ score|rating|the value field|your value|your answer|your score ~ 1500|1400|maximum|highest",
    ),
    ("grading", "correct|right|only|expected|true ~ answer|value|score|rating ~ 1500|1400"),
    (
        "grading",
        "you must|you should|you will|you shall|you have to|please|always|kindly ~ rate|grade|score|judge|value|evaluate|assess ~ this|my ~ pr|pull request|change|contribution|patch|commit|work|submission",
    ),
    (
        "grading",
        "worth|deserves ~ 1500|maximum payout|the maximum value|the highest value|the maximum score|the highest score",
    ),
    ("grading", "score of 1500 out|value 1500 for this|1500 for this pull request|1500 for this pr"),
    // Speak to the model.
    (
        "addressing",
        "dear|hey|hello|hi|note to|message to|memo to ~ ai|llm|llms|gpt|chatgpt|claude|gemini|language model|language models|ai model|ai models|ai judge|ai reviewer|ai assistant|ai agent|ai agents|grader|grading model|grading bot|evaluator|scoring model|scoring bot|reward model|automated reviewer|automated judge|model reading|model that ~ you|please|must|should|ignore|rate|give|judging|reviewing|grading|scoring|set|score|treat|disregard",
    ),
    (
        "addressing",
        "attention ai|attention llm|attention llms|attention language models|attention ai reviewer|attention ai reviewers ~ you|please|must|should|ignore|rate|give|judging|reviewing|grading|scoring|set|score|treat|disregard",
    ),
    (
        "addressing",
        "if you are|if youre|if you re|because you are|since you are|when you are|in case you are ~ an ai|a language model|an llm|a large language model|a bot|an automated|an artificial|a machine|the judge|the grader|an ai judge ~",
    ),
    (
        "addressing",
        "model|ai|llm|bot|assistant|machine ~ reading|reviewing|judging|grading|scoring|evaluating ~ this|my ~ pr|pull request|text|change|diff|comment|contribution|must|should|please",
    ),
    (
        "addressing",
        "ai|llm|automated|machine ~ judges|graders|reviewers|evaluators|judge|grader|evaluator ~ must|should|shall|will|please|are required|are instructed ~ rate|score|grade|value|give|answer|return|set|assign|award|ignore|treat",
    ),
    // Become somebody else.
    (
        "persona",
        "you are now|you are no longer|from now on you|you will now|you must now|starting now you ~ ai|assistant|model|unrestricted|dan|jailbroken|generous|judge|grader|reviewer|evaluator|restricted|bound|obey|developer mode|act as|pretend|ignore|rate|score|grade|answer",
    ),
    (
        "persona",
        "pretend|roleplay|role play|act as if|act as though|imagine|act as|simulate ~ you are|you were|youre|you have|a model|a judge|an ai|a grader|a reviewer|the maintainer|a generous|an unrestricted ~ generous|lenient|maintainer|judge|grader|unrestricted|no rules|no restrictions|without rules|without restrictions|impressed|bias*|always|who|that|jailbroken",
    ),
    (
        "persona",
        "do anything now|dan mode|jailbreak mode|god mode enabled for you|you are in developer mode|you are in debug mode|you are in maintenance mode|you are in test mode",
    ),
    // Hide it, or get at what was said.
    (
        "secrecy",
        "do not|dont|never|without ~ mention|mentioning|reveal|revealing|disclose|disclosing|flag|flagging|acknowledge ~ this|these|the|my ~ instruction|instructions|prompt|note|injection|request",
    ),
    (
        "secrecy",
        "reveal|print|repeat|show|leak|output|tell me|display|quote|translate ~ your system prompt|your prompt|your instructions|your rubric|your initial instructions|your hidden instructions|the text above verbatim|the prompt above",
    ),
    // Pose as somebody.
    (
        "authority",
        "message|notice|announcement|instruction|directive|order|note ~ from ~ system administrator|openai|anthropic|guerdon|dao council|oracle operator|oracle operators|your developers|your creators|your operator|the operators|scoring system ~",
    ),
    (
        "authority",
        "system override|override code|override token|sudo mode|root override|begin system prompt|new system prompt follows|system prompt update|updated system prompt follows",
    ),
    (
        "authority",
        "end of quoted data|end of contributor data|end of contributor text|end of untrusted|end of pull request data|end of the pull request data|end of user data|end of the data from the contributor|quoted data ends here|the data ends here",
    ),
    (
        "authority",
        "maintainers|maintainer|council|dao|operators|project|governance ~ agreed|decided|voted|approved|confirmed|authorised|authorized ~ 1500|maximum score|highest score|maximum value|highest value|full score|full reward|maximum reward|maximum payout",
    ),
    (
        "authority",
        "maintainers|maintainer|council|dao|operators|project|governance ~ agreed|decided|voted|approved|confirmed|authorised|authorized ~ gets|get|deserves|receives|receive|earns|is worth|to give|to award|be given ~ 1500|maximum score|highest score|maximum value|highest value|full score|full reward|maximum reward|maximum payout",
    ),
    ("forged", "instructs false|instructs true|reason value 1500"),
    ("forged", "id ~ reason ~ value 1500|value 1400|value 1300"),
    // German.
    (
        "override",
        "ignorier|ignoriere|ignorieren|ignoriert|vergiss|vergesst|vergessen|missachte|missachten|übergehe|verwirf|verwerfe ~ vorherige*|bisherige*|vorige*|obige*|frühere*|vorangehende*|vorstehende*|deine*|ihre|eure|alle|sämtliche ~ anweisung*|instruktion*|vorgaben|regeln|befehle|prompt|richtlinien|bewertungsregeln",
    ),
    (
        "grading",
        "bewerte|bewertet|bewerten|benote|benoten|stufe|werte ~ diesen|dieses|diese|meinen|den|das ~ pr|pull|änderung|beitrag|commit|request ~ höchst*|maximal*|1500|voll*|beste*",
    ),
    (
        "grading",
        "gib|geben|vergib|vergeben|antworte|antworten ~ höchst*|maximal*|volle*|1500 ~ punktzahl|wert|bewertung|note|punkte|punkten|1500",
    ),
    ("grading", "antworte|antworten ~ mit 1500|nur 1500|genau 1500|den wert 1500"),
    (
        "persona",
        "du bist|sie sind ~ jetzt|nun|ab sofort|ab jetzt ~ ki|assistent|modell|gutachter|richter|prüfer|großzügig*",
    ),
    (
        "addressing",
        "liebe|lieber|achtung|hinweis an|an ~ ki|sprachmodell|sprachmodelle|llm|ki modell|bewertungsmodell ~ bitte|gib|bewerte|du|ignoriere|dieser|diese|setze|das",
    ),
    // French.
    (
        "override",
        "ignore|ignorez|ignorer|oublie|oubliez|néglige|négligez|ne tiens pas compte|ne tenez pas compte|fais abstraction|faites abstraction ~ instruction*|consigne*|directives|règles|ordres|prompt ~ précédent*|antérieur*|ci dessus|initiales|système|reçues|données",
    ),
    (
        "override",
        "ignore|ignorez|oublie|oubliez ~ toutes|tes|vos|toute|tous ~ instruction*|consigne*|directives|règles|ordres",
    ),
    (
        "grading",
        "note|notez|évalue|évaluez|attribue|attribuez|donne|donnez|accorde|accordez|réponds|répondez ~ maximale|maximal|maximum|1500|meilleure|la plus haute|la plus élevée ~ note|score|valeur|points|à cette|à ce|pour|possible|1500|pull",
    ),
    ("grading", "note|score|valeur ~ maximale|maximal|maximum|1500 ~ à cette|à ce|pour cette|pour ce|pull"),
    (
        "grading",
        "donne|donnez|attribue|attribuez|réponds|répondez|accorde ~ la note maximale|le score maximal|la valeur maximale|la meilleure note|1500|la note 1500|le score 1500",
    ),
    ("persona", "tu es|vous êtes ~ maintenant|désormais|à présent ~ ia|assistant|modèle|juge|évaluateur|généreu*"),
    // Spanish.
    (
        "override",
        "ignora|ignore|ignorad|ignorar|olvida|olvide|olvidad|descarta|descarte|haz caso omiso|hagan caso omiso|omite ~ instrucci*|indicaciones|reglas|órdenes|directrices|prompt ~ anterior*|previa*|de arriba|iniciales|del sistema|recibidas|precedentes",
    ),
    (
        "override",
        "ignora|olvida|descarta|haz caso omiso ~ todas|tus|sus|todo|las ~ instrucci*|indicaciones|órdenes|directrices|reglas",
    ),
    (
        "grading",
        "puntúa|valora|evalúa|califica|otorga|asigna|dale|da|responde|concede|pon ~ 1500|máxima|máximo|más alta|más alto|puntuación máxima|nota máxima ~ puntuación|puntos|nota|valor|calificación|a este|a esta|posible|1500|pull",
    ),
    (
        "grading",
        "puntúa|valora|evalúa|califica|otorga|asigna|dale|responde|concede|pon ~ con 1500|un 1500|puntuación máxima|nota máxima|valor máximo|solo 1500|calificación máxima",
    ),
    ("persona", "eres|usted es ~ ahora|desde ahora|a partir de ahora ~ ia|asistente|modelo|juez|evaluador|generoso"),
    ("persona", "ahora eres|a partir de ahora eres ~ ia|asistente|modelo|juez|evaluador|generoso"),
    // Portuguese.
    (
        "override",
        "ignore|ignora|ignorem|esqueça|esquece|esqueçam|desconsidere|desconsidera|descarte ~ instruç*|orientações|regras|ordens|diretrizes|prompt ~ anterior*|prévi*|acima|iniciais|do sistema|recebidas",
    ),
    (
        "override",
        "ignore|ignora|esqueça|desconsidere ~ todas|suas|tuas|as ~ instruç*|orientações|ordens|diretrizes|regras",
    ),
    (
        "grading",
        "avalie|avalia|pontue|dê|dá|atribua|responda|conceda ~ 1500|máxima|máximo|mais alta|mais alto ~ nota|pontuação|valor|pontos|a este|a esta|possível|1500|pull",
    ),
    (
        "grading",
        "avalie|avalia|pontue|dê|dá|atribua|responda|conceda ~ com 1500|nota máxima|pontuação máxima|valor máximo|a nota máxima",
    ),
    // Italian.
    (
        "override",
        "ignora|ignorate|ignori|dimentica|dimenticate|scarta|non considerare|trascura ~ istruzion*|indicazioni|regole|ordini|direttive|prompt ~ precedent*|sopra|iniziali|di sistema|ricevute",
    ),
    (
        "override",
        "ignora|ignorate|dimentica|dimenticate ~ tutte|tue|vostre|le ~ istruzion*|indicazioni|ordini|direttive|regole",
    ),
    (
        "grading",
        "valuta|valutate|assegna|assegnate|dai|date|rispondi|rispondete|attribuisci ~ punteggio massimo|voto massimo|valore massimo|il massimo punteggio|il punteggio più alto|1500|il voto più alto",
    ),
    // Dutch.
    (
        "override",
        "negeer|negeert|vergeet|vergeten|sla ~ vorige|eerdere|bovenstaande|alle|jouw|je|voorgaande ~ instructie*|opdrachten|regels|aanwijzingen|prompt",
    ),
    (
        "grading",
        "geef|beoordeel|antwoord|ken ~ hoogste|maximale|1500|volle ~ score|waarde|punten|cijfer|toe|1500|beoordeling",
    ),
    // Swedish, Danish, Norwegian.
    (
        "override",
        "ignorera|ignorer|glöm|glem|bortse från|se bort fra ~ tidigare|föregående|forrige|tidligere|alla|alle|dina|dine|ovanstående ~ instruktion*|anvisning*|instruks*|regler|prompt*",
    ),
    (
        "grading",
        "ge|gi|giv|bedöm|vurder|svara|svar ~ högsta|høyeste|højeste|maximal*|maksimal*|1500 ~ poäng|poeng|point|betyg|verdi|värde|vurdering|karakter|1500",
    ),
    // Polish, Czech.
    (
        "override",
        "zignoruj|ignoruj|zapomnij|pomiń|zapomeň|nedbej|zignorujte|ignorujte ~ poprzednie|wcześniejsze|powyższe|wszystkie|swoje|twoje|předchozí|všechny|výše|dřívější ~ instrukcj*|polecenia|zasady|wytyczne|pokyny|instrukce|pravidla",
    ),
    (
        "grading",
        "oceń|przyznaj|daj|odpowiedz|ohodnoť|uděl|dej|odpověz ~ maksymaln*|najwyższ*|1500|maximální|nejvyšší|plný ~ ocen*|punkt*|wartość|wynik|hodnot*|bod*|skóre|1500|počet",
    ),
    // Russian, Ukrainian.
    (
        "override",
        "игнорируй|игнорируйте|проигнорируй|проигнорируйте|забудь|забудьте|отбрось|не обращай внимания на|ігноруй|ігноруйте|проігноруй|забудь|забудьте ~ предыдущие|прежние|прошлые|вышеуказанные|все|свои|твои|системные|попередні|всі|усі|свої|вищенаведені ~ инструкц*|указания|правила|команды|промпт*|інструкц*|вказівки|правила",
    ),
    (
        "grading",
        "оцени|оцените|поставь|поставьте|дай|дайте|ответь|ответьте|присвой|оціни|оцініть|постав|поставте|дай|відповідай|відповідай ~ максимальн*|наивысш*|высш*|1500|найвищ*|максимум ~ балл*|оценк*|значени*|бал*|оцінк*|значення|очк*|1500|этому|цьому",
    ),
    (
        "persona",
        "теперь ты|отныне ты|ты теперь|тепер ти|відтепер ти ~ ии|ассистент|модель|судья|оценщик|помощник|помічник|суддя|щедр*",
    ),
    // Turkish.
    (
        "override",
        "önceki|yukarıdaki|tüm|bütün|eski|sistem ~ talimat*|yönerge*|kuralları|komut*|emirleri ~ yok say*|unut*|görmezden gel*|dikkate alma*|göz ardı et*",
    ),
    (
        "grading",
        "en yüksek|azami|maksimum|tam|1500 ~ puan*|değer*|not*|skor* ~ ver|verin|ata|atayın|yaz|cevap ver|yanıtla",
    ),
    // Indonesian, Vietnamese.
    (
        "override",
        "abaikan|lupakan|jangan ikuti ~ semua|instruksi|perintah|aturan|petunjuk ~ sebelumnya|di atas|sistem|instruksi|perintah|aturan|petunjuk",
    ),
    ("grading", "beri|berikan|nilai|jawab ~ nilai|skor|dengan ~ tertinggi|maksimum|maksimal|sempurna|1500"),
    (
        "override",
        "bỏ qua|quên|phớt lờ|lờ đi ~ hướng dẫn|chỉ dẫn|lệnh|quy tắc|chỉ thị ~ trước|ở trên|bên trên|hệ thống|trước đó",
    ),
    ("override", "bỏ qua|quên|phớt lờ|lờ đi ~ tất cả|mọi|các ~ hướng dẫn|chỉ dẫn|lệnh|quy tắc|chỉ thị"),
    ("grading", "cho|chấm|đánh giá|trả lời ~ điểm|giá trị|mức ~ cao nhất|tối đa|tuyệt đối|1500"),
    // Greek.
    (
        "override",
        "αγνόησε|αγνοήστε|ξέχασε|ξεχάστε|παράβλεψε ~ προηγούμενες|παραπάνω|όλες|τις ~ οδηγίες|εντολές|κανόνες|οδηγιες",
    ),
    (
        "grading",
        "δώσε|δώστε|βαθμολόγησε|βαθμολογήστε|απάντησε ~ μέγιστη|υψηλότερη|μέγιστο|1500 ~ βαθμολογία|τιμή|βαθμό|αξία|1500",
    ),
    // Arabic, Persian, Hebrew.
    (
        "override",
        "تجاهل|تجاهلوا|انس|انسى|اهمل|أهمل ~ التعليمات|تعليمات|الأوامر|القواعد|الإرشادات ~ السابقة|أعلاه|السابق|النظام|جميعها",
    ),
    ("override", "تجاهل|انس|أهمل ~ جميع|كل|كافة ~ التعليمات|الأوامر|القواعد|الإرشادات"),
    (
        "grading",
        "أعط|اعط|أعطِ|امنح|قيم|قيّم|أجب ~ أعلى|أقصى|الدرجة|1500|العلامة ~ درجة|تقييم|قيمة|نقاط|الكاملة|القصوى|1500|علامة",
    ),
    ("override", "دستورات|دستورالعمل*|دستور|قوانین ~ قبلی|پیشین|بالا|سیستم ~ نادیده|فراموش"),
    ("grading", "بالاترین|حداکثر|بیشترین ~ امتیاز|نمره|ارزش ~ بده|بدهید|بدهد"),
    (
        "override",
        "התעלם|התעלמי|התעלמו|שכח|שכחו ~ מההוראות|מכל|ההוראות|הוראות|מהכללים|מהנחיות|מההנחיות|את ~ הקודמות|הקודם|לעיל|ההוראות|המערכת|הנחיות",
    ),
    ("grading", "תן|תני|תנו|דרג|ענה ~ הציון|ציון|את|הניקוד|ערך ~ הגבוה|המרבי|המקסימלי|מקסימלי|1500|הציון"),
    // Hindi, Bengali.
    ("override", "पिछले|पिछली|पूर्व|उपरोक्त|सभी|ऊपर ~ निर्देश|निर्देशों|आदेश|नियम|नियमों ~ अनदेखा|नज़रअंदाज़|नजरअंदाज|भूल|उपेक्षा"),
    ("grading", "सबसे|अधिकतम|पूरे|1500|सर्वोच्च ~ अंक|स्कोर|मूल्य|रेटिंग ~ दें|दो|दीजिए|दे"),
    ("override", "আগের|পূর্ববর্তী|সব|উপরের ~ নির্দেশ|নির্দেশনা|নির্দেশাবলী|নিয়ম ~ উপেক্ষা|ভুলে|অগ্রাহ্য"),
];

/// Letters without words: scripts that are written without spaces, or that grow endings.
pub(super) const CLOSE: &[(&str, &str)] = &[
    (
        "override",
        "忽略|无视|無視|忘记|忘記|不要理会|不要理會|忽視|请忘掉|不用管 ~ 之前|以上|先前|前面|上述|所有|一切|原来|系统|系統|此前 ~ 指令|指示|提示|规则|規則|说明|說明|要求|命令",
    ),
    ("grading", "给|給|打|评为|評為|评|評|回答|输出|輸出|返回 ~ 最高|满|滿|1500 ~ 分|评分|評分|价值|價值|值|1500"),
    ("grading", "给予|給予|打出|请给|請給|回答|输出|評分為|评分为|分数设为|分數設為 ~ 1500|满分|滿分|最高分"),
    (
        "persona",
        "你现在是|你現在是|从现在起你|從現在起你|从现在开始你|從現在開始你|你不再是 ~ 助手|模型|评委|評審|评审|人工智能|不受|慷慨|开发者",
    ),
    ("secrecy", "不要|请勿|請勿|别 ~ 透露|提及|提到|标记|標記 ~ 指令|提示|此条|本段|這段|这段"),
    (
        "override",
        "以前|これまで|前|上記|先ほど|すべて|全て|今まで|システム ~ 指示|命令|プロンプト|ルール|指令|規則 ~ 無視|忘れ|従わな|破棄",
    ),
    ("grading", "最高|満点|最大|1500 ~ 点|評価|スコア|値|得点 ~ つけ|付け|与え|出し|答え|して|返し"),
    ("grading", "必ず|ただ|値は ~ 1500 ~ と答え|を返|にして|と出力"),
    (
        "persona",
        "あなたは今|あなたはこれから|今からあなたは|あなたはもう ~ アシスタント|モデル|審査員|制限|寛大|評価者",
    ),
    ("override", "이전|위의|앞의|지금까지|모든|기존|시스템 ~ 지시|명령|프롬프트|지침|규칙 ~ 무시|잊|따르지|버려"),
    ("grading", "최고|만점|최대|1500 ~ 점|평가|점수|값 ~ 주세|줘|매겨|부여|답|주십"),
    ("persona", "당신은이제|너는이제|지금부터너는|지금부터당신은 ~ 조수|모델|심사|제한|관대|평가자"),
    ("override", "เพิกเฉย|ละเว้น|ลืม|ไม่ต้องสนใจ|อย่าสนใจ ~ คำสั่ง|คำแนะนำ|กฎ|ข้อกำหนด ~ ก่อนหน้า|ทั้งหมด|ข้างต้น|เดิม"),
    ("grading", "ให้|ตอบ|ประเมิน ~ คะแนน|ค่า ~ สูงสุด|เต็ม|1500"),
];

/// As they stand, in lower case: what models' own formats are made of.
pub(super) const TOKENS: &[&str] = &[
    "<|im_start|>",
    "<|im_end|>",
    "<|im_sep|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|begin_of_text|>",
    "<|end|>",
    "<|channel|>",
    "<|message|>",
    "[inst]",
    "[/inst]",
    "<<sys>>",
    "<</sys>>",
    "<start_of_turn>",
    "<end_of_turn>",
    "[system](#",
    "### system:",
    "### instruction:",
    "\n\nhuman:",
    "\n\nassistant:",
    "<system_prompt>",
    "</system_prompt>",
    "</untrusted",
    "<\u{ff5c}begin",
    "<\u{ff5c}user\u{ff5c}>",
    "<\u{ff5c}assistant\u{ff5c}>",
];

/// What stands between the words of a pattern that was written without spaces.
pub(super) const FILLERS: &[&str] = &[
    "all", "any", "of", "the", "your", "my", "these", "those", "this", "that", "and", "with", "to", "as", "every",
    "other", "alle", "deine", "die", "toutes", "les", "tes", "vos", "todas", "las", "tus", "tutte", "le", "suas", "as",
    "a",
];
