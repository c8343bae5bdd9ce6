package ingest

import (
	"math"
	"strings"
	"sync"
	"unicode"
)

// russianText is ordinary text of the trade: the pairs of letters in it are the
// model against which a decoding is measured.
const russianText = `сведения об изъятии наркотических средств психотропных веществ прекурсоров
дата изъятия место изъятия наименование вещества количество единица измерения грамм килограмм таблетка
регион область край республика город район москва санкт петербург московская ленинградская свердловская
новосибирская нижегородская ростовская самарская краснодарский ставропольский красноярский приморский
татарстан башкортостан дагестан якутия кокаин героин марихуана гашиш амфетамин метамфетамин мефедрон
каннабис опий морфин метадон лсд экстази маковая солома синтетические каннабиноиды соль спайс производное
управление министерство внутренних дел федеральная служба таможня таможенный орган полиция граница
преступления связанные с незаконным оборотом наркотиков зарегистрировано раскрыто всего итого период
количество лиц возраст пол мужчины женщины несовершеннолетние осужденных состоит на учете больных с
диагнозом наркомания год месяц январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь
декабрь страна происхождения назначения отправления способ сокрытия транспорт автомобиль поезд самолет
аэропорт вокзал почтовое отправление тайник казахстан кыргызстан таджикистан узбекистан туркменистан
афганистан беларусь украина армения азербайджан грузия монголия китай задержан гражданин уголовное дело
статья кодекса протокол экспертиза заключение масса вес чистота источник примечание номер что как это при
по на из для был была были не от до за его их она они который также более менее свыше около`

// letterModel holds the logarithms of how often letters follow each other.
type letterModel map[[2]rune]float64

var russianModel = sync.OnceValue(func() letterModel {
	count, first := map[[2]rune]int{}, map[rune]int{}
	prev := ' '
	for _, r := range russianText {
		if !unicode.IsLetter(r) {
			r = ' '
		}
		if r == ' ' && prev == ' ' {
			continue
		}
		count[[2]rune{prev, r}]++
		first[prev]++
		prev = r
	}
	m := letterModel{}
	for pair, n := range count {
		m[pair] = math.Log(float64(n) / float64(first[pair[0]]) * 33)
	}
	return m
})

// latinLetters are letters outside ASCII by how likely they stand in a Latin
// text of the languages in which files come.
var latinLetters = func() map[rune]float64 {
	m := map[rune]float64{}
	for _, r := range "áéíóúñãçõêâüöäßàèôåøæîïëùòì" {
		m[r] = 1.6
	}
	for _, r := range "ÁÉÍÓÚÑÃÇÕÊÂÜÖÄÀÈÔÅØÆ" {
		m[r] = 1.2
	}
	for _, r := range "ýðþÿœšžû" {
		m[r] = 0.4
	}
	for _, r := range "°º²³µ±’‘“”–—…€£§«»\u00a0¡¿·×½" {
		m[r] = 0.5
	}
	return m
}()

// letterScore is how much a decoded text looks like a language, per character
// outside ASCII: pairs of Russian letters by their frequency, Latin letters
// with accents when they stand among ASCII letters, a penalty for capitals in
// the middle of a word and for anything that is neither letter nor mark.
func letterScore(s string) float64 {
	model := russianModel()
	score, all := 0.0, 0
	prev, prevRaw := ' ', ' '
	for _, raw := range s {
		r := unicode.ToLower(raw)
		if !unicode.IsLetter(r) {
			r = ' '
		}
		if raw >= 0x80 {
			all++
			switch {
			case unicode.Is(unicode.Cyrillic, r):
				score += pairScore(model, prev, r)
				if unicode.IsUpper(raw) && unicode.IsLower(prevRaw) {
					score -= 3
				}
				if isASCIILetter(prevRaw) {
					score -= 3
				}
			case latinLetters[raw] != 0:
				score += latinLetters[raw]
				// Accents come singly: a run of them is another alphabet.
				if prevRaw >= 0x80 && unicode.IsLetter(prevRaw) {
					score -= 2.5
				}
				if unicode.IsUpper(raw) && unicode.IsLower(prevRaw) {
					score -= 3
				}
			case strings.ContainsRune("№—–«»…\u00a0", raw):
				score += 0.3
			default:
				score -= 4
			}
		} else if unicode.Is(unicode.Cyrillic, prev) {
			if isASCIILetter(raw) {
				score -= 3
			} else {
				score += pairScore(model, prev, ' ')
			}
		}
		prev, prevRaw = r, raw
	}
	if all == 0 {
		return 0
	}
	return score / float64(all)
}

func pairScore(m letterModel, a, b rune) float64 {
	if v, ok := m[[2]rune{a, b}]; ok {
		return min(v, 2)
	}
	return -2.5
}

func isASCIILetter(r rune) bool { return (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') }

// commonHan are frequent Chinese characters, and those of the trade.
const commonHan = `的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏兴切节号类省县毒缉获查获海洛因可卡冰氯胺酮鸦片大麻麻黄素摇头丸公斤千克克毫升片剂粒缴案犯嫌疑涉嫌走私贩运藏匿来源目籍州港口岸关警局支队合计总计小计云南广东广西四川新疆北京上海福建浙江湖南贵州数量单位日期地点备注`
