/**
 * What the words of payers' headers mean, as far as it matters here: each word names one or more meanings (`geburtsdatum`
 * is a birth and a date), and `|` parts what it may mean instead. English with its abbreviations, some German and Spanish.
 */
const MEANINGS: Record<string, string> = {
  // People and their numbers
  member:
    'member mbr memb mem membership patient pat pt insured enrollee beneficiary bene mitglied mitglieds versicherter versicherte versicherten patienten paciente miembro afiliado asegurado',
  subscriber:
    'subscriber subscr sbscr sbr subs policyholder hoh contract vertrag versicherungsnehmer titular contrato',
  family: 'family familie familia',
  person: 'person prsn dependent dep dpnd suffix sfx persona',
  id: 'id ids ident identifier identification number num nbr no nr numb nummer numero key ref kennung kennzeichen',
  code: 'code cd cde kode schluessel schlussel codigo cod',
  name: 'name nm nam bezeichnung',
  first: 'first fst frst given forename',
  'first name': 'fname firstnm vorname nombre',
  middle: 'middle mid mi mdl initial',
  last: 'last lst surname',
  'last name': 'lname nachname familienname apellido apellidos',
  full: 'full whole complete fullname vollstandiger',
  birth: 'birth brth bth dob born geb geburt geboren nacimiento nac',
  'birth date': 'birthday bday birthdate geburtsdatum geburtstag fechanacimiento',
  death: 'death dod deceased died expired tod gestorben muerte defuncion fallecimiento',
  'death date': 'deathdate sterbedatum todesdatum todestag',
  sex: 'sex gender gndr gend geschlecht sexo genero',
  race: 'race raza',
  ethnicity: 'ethnicity ethnic ethn ethnicities etnia ethnie',
  age: 'age alter edad',
  // Where they live
  address: 'address addr adr add street str adresse anschrift strasse direccion domicilio calle',
  house: 'house hausnummer hausnr unit apt apartment suite ste wohnung piso',
  city: 'city town cty ort wohnort stadt ciudad localidad poblacion',
  'state|status': 'estado',
  state: 'state province bundesland bundesstaat provincia',
  'state|address': 'st',
  zip: 'zip zipcode postal postcode plz postleitzahl postalcode cp',
  phone: 'phone phn tel telephone telefon telefonnummer telefono mobile cell handy movil celular',
  email: 'email mail emailaddress correo',
  // When they are covered
  enrollment:
    'enrollment enrolment enroll enrl elig eligibility coverage cov cvg cvrg mitgliedschaft versicherung versicherungs cobertura afiliacion',
  start:
    'start strt begin beg eff effective effdt from frm since von ab seit beginn anfang eintritt desde inicio alta',
  end: 'end term termination terminate trm thru through to until exp expiration disenroll cancel bis ende austritt kuendigung hasta fin final baja',
  'enrollment start': 'versicherungsbeginn vertragsbeginn mitgliedsbeginn',
  'enrollment end': 'versicherungsende vertragsende mitgliedsende',
  date: 'date dt dte dat day datum tag fecha am',
  month: 'month mon mth mths months mo monat mes period',
  plan: 'plan pln product prod prdct tarif produkt',
  lob: 'lob',
  business: 'business bus geschaeft negocio',
  pcp: 'pcp hausarzt',
  primary: 'primary prim prin principal pri haupt principale prncpal prncpl',
  care: 'care',
  provider: 'provider prov prv physician doctor dr arzt medico proveedor',
  npi: 'npi',
  // Claims
  claim:
    'claim clm claims clms beleg schaden fall leistungsfall abrechnung rechnung rechnungs reclamo reclamacion siniestro factura invoice inv',
  'claim id':
    'rechnungsnummer rechnungsnr abrechnungsnummer schadennummer belegnummer belegnr clmid claimno icn dcn',
  'member id':
    'versichertennummer versichertennr mitgliedsnummer mitgliedsnr mitgliednr patientennummer patientennr mrn',
  'subscriber id': 'vertragsnummer vertragsnr',
  'person id': 'personennummer personennr personnr',
  line: 'line ln lne lin item zeile posten linea renglon',
  'line id': 'positionsnummer zeilennummer zeilennr seq sequence',
  'place service|line id': 'pos position',
  original:
    'original orig parent prior prev previous related ursprung ursprungliche ursprungs ersetzt bezug ersetzter referenz',
  record: 'record rcd satz registro',
  'record|received': 'rec',
  'record type': 'satzart buchungsart vorgangsart freq frequency',
  adjustment: 'adjustment adj adjusted korrektur ajuste transaction trans txn',
  type: 'type typ tp typecode art tipo',
  'claim type|record type': 'rechnungsart belegart',
  form: 'form formular formulario',
  category: 'category cat catg kategorie categoria leistungsart leistungsgruppe',
  status: 'status stat sts stts disposition disp zustand',
  processing: 'processing process bearbeitungsstatus verarbeitung',
  received: 'received recv recvd rcv rcvd recd receipt eingang eingegangen recibido recepcion',
  'received date': 'eingangsdatum',
  service: 'service serv svc srv srvc svcs leistung leistungs behandlung behandlungs servicio prestacion',
  'service date': 'dos leistungsdatum behandlungsdatum leistungstag',
  'service start': 'leistungsbeginn behandlungsbeginn fdos',
  'service end': 'leistungsende behandlungsende ldos',
  paid: 'paid pd payment zahlung pay pymt paymt bezahlt gezahlt erstattet erstattung pagado pago check chk pmt',
  'paid date': 'zahlungsdatum zahldatum erstattungsdatum',
  'paid amount': 'zahlbetrag erstattungsbetrag',
  vendor: 'vendor vend vndr supplier lieferant leistungserbringer',
  hospital: 'hospital hosp krankenhaus klinik',
  'charge|billing': 'bill',
  charge:
    'charge charges chg chrg chgs billed cost costs gebuhr gebuehr rechnungsbetrag cargo cobrado facturado importe kosten',
  billing: 'billing rechnungssteller facturacion abrechner',
  rendering: 'rendering rend rndr rendr servicing performing perf attending attn treating behandler tratante',
  facility: 'facility fac facil einrichtung instalacion',
  'place service': 'leistungsort',
  place: 'place plc',
  'billing type': 'tob',
  revenue: 'revenue rev rvn erloes ingresos erlos',
  system: 'system sys',
  coding: 'coding',
  procedure: 'hcpcs hcpc cpt procedure proc procedimiento leistungsziffer ziffer prozedur',
  modifier: 'modifier mod mdf modif modifikator modificador mdfr',
  diagnosis: 'diagnosis diagnoses diag dx icd icd9 icd10 diagnose diagnosen diagnostico diagn dgns dgn',
  ndc: 'ndc drug pzn medicamento',
  unit: 'units unit quantity qty qnty menge anzahl cantidad unidades cnt count',
  amount: 'amount amt amnt betrag summe dollars usd monto total tot gesamt',
  allowed:
    'allowed allow alwd allwd approved erlaubt anerkannt permitido aprobado erstattungsfahig anerkannter',
  copay: 'copay copayment cpay cop zuzahlung copago',
  coinsurance: 'coinsurance coins coin coinsur selbstbeteiligung eigenanteil coaseguro coinsrnc',
  deductible: 'deductible deduct ded dedbl selbstbehalt deducible',
};

/** Words that say nothing in a header. */
const SILENT = new Set('of the a e in auf de del la el der die das des for per s'.split(' '));

const LEXICON = new Map<string, string[][]>();
for (const [meaning, words] of Object.entries(MEANINGS))
  for (const word of words.split(' ')) {
    const read = meaning.split('|').map((one) => one.split(' '));
    LEXICON.set(word, [...(LEXICON.get(word) ?? []), ...read]);
  }

/** What a header may mean: its words' meanings, a number as `#2`, and `?` for a word that is not known. */
export type HeaderMeaning = readonly string[];

/** Every way a header can be read, at most a handful. */
export function meaningsOf(header: string): HeaderMeaning[] {
  let read: string[][] = [[]];
  for (const word of wordsOf(header)) {
    const meanings = SILENT.has(word) ? [[]] : meaningsOfWord(word);
    read = read.flatMap((before) => meanings.map((meaning) => [...before, ...meaning]));
  }
  return read.map((meaning) => [...new Set(meaning)]);
}

/** A header's words in lower case, without accents: `memberID`, `MEMBER_ID` and `Member-Id` are `member` and `id`. */
export function wordsOf(header: string): string[] {
  return header
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/(\p{L})(\d)/gu, '$1 $2')
    .replace(/(\d)(\p{L})/gu, '$1 $2')
    .replace(/\bco[ _-](?=pay|ins)/g, 'co')
    .replace(/icd[ _-]*(?:9|10)(?!\d)/g, 'icd ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

function meaningsOfWord(word: string): string[][] {
  if (/^\d+$/.test(word)) return [[`#${Number(word)}`]];
  const known = LEXICON.get(word);
  if (known) return known;
  return cut(word) ?? [['?']];
}

/** Words written as one, `memberid` or `svcfromdt`: two or three that are known, none of them of a letter or two but the last. */
function cut(word: string, parts = 3): string[][] | undefined {
  for (let at = word.length - 2; at >= 3; at--) {
    const first = LEXICON.get(word.slice(0, at));
    if (!first) continue;
    const rest = word.slice(at);
    const second = LEXICON.get(rest) ?? (parts > 2 ? cut(rest, parts - 1) : undefined);
    if (second) return first.flatMap((one) => second.map((other) => [...one, ...other]));
  }
  return undefined;
}
