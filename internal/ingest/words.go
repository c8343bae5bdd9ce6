package ingest

import "strings"

// fieldWords are the words by which headings name the fields, folded, in
// English, Russian, Chinese, Spanish, Portuguese and French. Longer phrases win
// over shorter ones, so that "страна назначения" is a destination and not a
// country. The list grows by the headings of real files.
var fieldWords = map[Field]string{
	FieldDate: `date|seizure date|date of seizure|incident date|дата|дата изъятия|日期|时间|查获日期|缉获日期|fecha|fecha del hecho|
		data|data da apreensao|data do fato|jour de saisie|date de saisie|
		quarter|period|reporting period|квартал|период|отчетный период|季度|时期|统计时间|trimestre|periodo|periode`,
	FieldUntil:      `until|end date|date to|по дату|结束日期|fecha final|data final|date de fin`,
	FieldYear:       `year|calendar year|год|отчетный год|年份|年度|年|ano|anno|annee`,
	FieldFiscalYear: `fy|fiscal year|financial year|财年|ano fiscal|exercice`,
	FieldMonth:      `month|month name|месяц|月份|月|mes|mois`,
	FieldDay:        `day|day of month|день|日|dia mes|dia do mes`,
	FieldCountry:    `country|country name|iso code|iso3|country of seizure|страна|государство|国家|国别|pais|pays`,
	FieldDivision: `division|administrative division|admin division|province|region|oblast|state|county|district|
		регион|область|субъект|субъект федерации|край|округ|省|省份|省市|地区|行政区|departamento|provincia|estado|uf|departement`,
	FieldPlace: `place|city|town|location|municipality|locality|seizure place|place of seizure|port|area of responsibility|
		место|место изъятия|город|район|населенный пункт|地点|城市|查获地点|缉获地点|lugar|ciudad|municipio|cidade|local|bairro|lieu|ville|commune`,
	FieldRouting: `routing|border or inland|вид места|граница|边境|frontera`,
	FieldSubstance: `drug|substance|drug name|drug type|type of drug|name of drug|narcotic|drug class|substance name|commodity|
		наркотик|вещество|наименование вещества|вид наркотика|наименование наркотика|наркотическое средство|наименование|вид вещества|
		毒品|毒品种类|毒品名称|种类|品种|物质|droga|estupefaciente|sustancia|tipo de droga|clase de estupefaciente|
		entorpecente|tipo de entorpecente|substancia|stupefiant|drogue|type de drogue|produit`,
	FieldAmount: `amount|quantity|qty|weight|net weight|gross weight|mass|volume|seized|quantity seized|kg|kilograms|kg equivalent|
		sum qty|количество|кол во|масса|вес|объем|изъято|количество изъятого|数量|重量|净重|毛重|缴获量|查获数量|
		cantidad|peso|cantidad incautada|quantidade|peso liquido|quantite|poids`,
	FieldUnit: `unit|units|uom|unit of measure|measure|drug unit|единица|ед изм|ед. изм.|единица измерения|единицы измерения|
		单位|计量单位|数量单位|unidad|unidad de medida|unidade|unidade de medida|unite|unite de mesure`,
	FieldCount: `count|number of seizures|no of seizures|seizures|cases|events|incidents|count of event|number of cases|
		число изъятий|количество изъятий|количество случаев|число случаев|案件数|起数|次数|案件数量|numero de incautaciones|
		casos|ocorrencias|numero de apreensoes|nombre de saisies|saisies`,
	FieldPersons: `persons|arrested|arrests|detained|persons arrested|number of arrests|задержано|задержано лиц|лиц|число лиц|
		抓获人数|人数|嫌疑人数|personas|capturados|detenidos|presos|pessoas detidas|personnes|interpellations`,
	FieldProducing: `producing country|country of origin|origin|origin country|production country|страна происхождения|страна производства|
		происхождение|原产国|产地|origen|pais de origen|origem|pais de origem|origine|pays d'origine`,
	FieldDeparture: `departure|departure country|country of departure|from country|embarkation|страна отправления|откуда|отправление|
		启运国|出发国|来源国|来源地|procedencia|pais de procedencia|procedencia|provenance|pays de provenance`,
	FieldVia:         `transit|via|transit country|транзит|страна транзита|途经|途经国|中转国|pais de transito|transito|pays de transit`,
	FieldDestination: `destination|destination country|country of destination|to country|страна назначения|назначение|куда|目的国|目的地|destino|pais de destino|destination pays|pays de destination`,
	FieldTransport: `transport|transportation|conveyance|means of transport|mode of transport|транспорт|вид транспорта|способ перевозки|
		运输|运输方式|交通工具|medio de transporte|transporte|moyen de transport`,
	FieldHiding: `hiding|hiding place|concealment|method of concealment|hidden|способ сокрытия|сокрытие|тайник|藏匿|藏匿方式|藏匿部位|
		ocultamiento|modo de ocultamiento|ocultacao|cache|mode de dissimulation|dissimulation`,
	FieldInstallation: `installation|premises|site type|location type|type of location|тип объекта|вид объекта|место обнаружения|
		场所|场所类型|clase de sitio|tipo de lugar|tipo de local|type de lieu`,
	FieldPackaging: `packaging|package|packing|упаковка|包装|包装方式|embalaje|embalagem|emballage|conditionnement`,
	FieldAgency: `agency|authority|police force|force|seizing agency|component|reporting agency|орган|ведомство|подразделение|служба|
		изъявший орган|机关|查获单位|办案单位|查获机关|部门|entidad|autoridad|institucion|orgao|autoridade|autorite|service`,
	FieldReference: `reference|case|case number|case no|case id|file number|ref|incident number|номер|номер дела|номер уголовного дела|кусп|
		案号|编号|案件编号|expediente|numero de caso|processo|numero do processo|boletim de ocorrencia|dossier|numero de dossier`,
	FieldExhibit: `exhibit|exhibit number|laboratory number|lab number|lab no|sample number|номер экспертизы|номер заключения|номер образца|
		检材编号|鉴定编号|样品编号|muestra|numero de muestra|amostra|laudo|echantillon|numero de scelle`,
	FieldDerived: `weekday|day of week|день недели|星期|dia da semana|dia de la semana|jour de la semaine|region name|subregion`,
}

// drugWords tell a wide table whose headings are substances.
var drugWords = []string{"cocaine", "crack", "heroin", "cannabis", "marijuana", "ecstasy", "lsd", "amphetamine",
	"methamphetamine", "ketamine", "morphine", "methadone", "opium", "ghb", "fentanyl", "khat", "hashish", "benzodiazepine",
	"кокаин", "героин", "каннабис", "марихуана", "гашиш", "опии", "амфетамин", "метамфетамин", "мефедрон", "экстази",
	"海洛因", "可卡因", "冰毒", "大麻", "氯胺酮", "鸦片", "摇头丸", "cocaina", "heroina", "marihuana", "maconha", "anfetamina",
	"cocaine", "heroine", "metanfetamina"}

// headingUnits are units as they stand in headings, folded.
var headingUnits = map[string]string{"kg": "kg", "kgs": "kg", "kilogram": "kg", "kilograms": "kg", "kilogramo": "kg",
	"кг": "kg", "килограмм": "kg", "公斤": "kg", "千克": "kg", "g": "g", "gr": "g", "gram": "g", "grams": "g", "gramo": "g",
	"gramos": "g", "г": "g", "гр": "g", "грамм": "g", "克": "g", "lb": "lb", "lbs": "lb", "pounds": "lb", "mg": "mg", "мг": "mg",
	"毫克": "mg", "t": "t", "т": "t", "tons": "t", "тонн": "t", "吨": "t", "l": "l", "л": "l", "litres": "l", "liters": "l",
	"升": "l", "ml": "ml", "мл": "ml", "毫升": "ml", "tablets": "tablet", "таблеток": "tablet", "片": "tablet", "粒": "tablet",
	"doses": "dose", "доз": "dose"}

// phrase is one entry of fieldWords.
type phrase struct {
	field Field
	text  string
}

// phrases are the entries of fieldWords, folded, the longest first.
var phrases = func() []phrase {
	var out []phrase
	for _, f := range Fields() {
		for _, w := range strings.Split(fieldWords[f], "|") {
			if w = foldHeader(w); w != "" {
				out = append(out, phrase{f, w})
			}
		}
	}
	sortPhrases(out)
	return out
}()

// in reports whether the folded heading has the phrase as whole words;
// Chinese has no blanks between words.
func (p phrase) in(heading string) bool {
	at := strings.Index(heading, p.text)
	if at < 0 {
		return false
	}
	if p.text[0] >= 0xe3 {
		return true
	}
	end := at + len(p.text)
	before := at == 0 || !wordByte(heading[at-1])
	after := end == len(heading) || !wordByte(heading[end])
	return before && after
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80
}
