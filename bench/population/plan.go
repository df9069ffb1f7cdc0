package population

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
)

// Options say how much there will be. Zero means none of it.
type Options struct {
	Seed                       uint64
	Realms, Users, Assignments int
	// Into is the short name of a realm that exists: it is counted as the largest, and
	// lends its settings, and those of one of its applications, to the others.
	Into string
	// Progress is told what was written; nil is not.
	Progress func(what string)
}

// steepness is how fast sizes fall with the rank.
const steepness = 1.1

// shares divides total among n ranks, the first the largest; their sum is total.
func shares(total, n int) []int {
	weight, sum := make([]float64, n), 0.0
	for i := range weight {
		weight[i] = 1 / math.Pow(float64(i+1), steepness)
		sum += weight[i]
	}
	parts, given, due := make([]int, n), 0, 0.0
	for i := range parts {
		due += weight[i] / sum * float64(total)
		parts[i] = int(math.Round(due)) - given
		given += parts[i]
	}
	return parts
}

// span is the time in which everything came into being: a year, ended long ago.
const span = 365 * 24 * time.Hour

// chance makes what looks accidental.
type chance struct {
	*rand.Rand
	born time.Time     // of the last thing
	step time.Duration // between two things, about
}

func newChance(seed uint64, things int) *chance {
	return &chance{
		rand.New(rand.NewPCG(seed, 0x706f70)), time.Date(2024, 9, 1, 0, 0, 0, 0, time.UTC), span / time.Duration(max(things, 1)),
	}
}

// thing is a new id and when it came into being; both grow.
func (c *chance) thing() (id string, at int64) {
	c.born = c.born.Add(time.Duration(c.Int64N(int64(2*c.step) + 1))).Truncate(time.Microsecond)
	var raw uuid.UUID
	for i := 8; i < 16; i++ {
		raw[i] = byte(c.Uint32())
	}
	// RFC 9562 §5.7, with the 12 bits after the version as fraction of the millisecond (§6.2 method 3).
	ms, fraction := c.born.UnixMilli(), c.born.UnixMicro()%1000*4096/1000
	for i := range 6 {
		raw[i] = byte(ms >> (40 - 8*i))
	}
	raw[6], raw[7] = 0x70|byte(fraction>>8), byte(fraction)
	raw[8] = raw[8]&0x3f | 0x80
	return raw.String(), c.born.UnixMicro()
}

// percent says yes so many times of a hundred.
func (c *chance) percent(n int) bool { return c.IntN(100) < n }

func pick[T any](c *chance, all []T) T { return all[c.IntN(len(all))] }

// person is somebody made up. The number keeps addresses apart.
func (c *chance) person(number int) (given, family, email string) {
	first, last := c.IntN(len(givenNames)), c.IntN(len(familyStems)*len(familyEnds))
	given = givenNames[first]
	family = familyStems[last%len(familyStems)] + familyEnds[last/len(familyStems)]
	return given, family, fmt.Sprintf("%s.%s%d@%s", mailNames[first], mailStems[last%len(familyStems)]+familyEnds[last/len(familyStems)], number, pick(c, hosts))
}

// Names, and the same in the letters of addresses.
var (
	givenNames = []string{
		"Ada", "Aylin", "Åsa", "Björn", "Chidi", "Chloé", "Dag", "Divya", "Elif", "Émile", "Farah", "Gustav", "Hana", "Ines", "Ivo", "Jakob", "Jürgen", "Kavya", "Lars", "Lena",
		"Łukasz", "Mara", "Mateo", "Nadia", "Noor", "Olga", "Ömer", "Paula", "Priya", "Quentin", "Rosa", "Ruth", "Selin", "Sören", "Tariq", "Ute", "Viktor", "Wanda", "Yusuf", "Zoë",
	}
	mailNames = []string{
		"ada", "aylin", "asa", "bjorn", "chidi", "chloe", "dag", "divya", "elif", "emile", "farah", "gustav", "hana", "ines", "ivo", "jakob", "juergen", "kavya", "lars", "lena",
		"lukasz", "mara", "mateo", "nadia", "noor", "olga", "oemer", "paula", "priya", "quentin", "rosa", "ruth", "selin", "soren", "tariq", "ute", "viktor", "wanda", "yusuf", "zoe",
	}
	familyStems = []string{
		"Acker", "Berg", "Broek", "Castel", "Dorn", "Eich", "Falken", "Gärt", "Hall", "Iver", "Jans", "Kirch", "Lind", "Mül", "Nord", "Ober", "Peters", "Quint", "Rosen", "Stein",
		"Tann", "Ullr", "Vester", "Wald", "Ziegel",
	}
	mailStems = []string{
		"acker", "berg", "broek", "castel", "dorn", "eich", "falken", "gaert", "hall", "iver", "jans", "kirch", "lind", "muel", "nord", "ober", "peters", "quint", "rosen", "stein",
		"tann", "ullr", "vester", "wald", "ziegel",
	}
	familyEnds = []string{"er", "holm", "mann", "sen", "lund", "a", "ow", "feld", "hof", "ing", "s", "ova"}
	hosts      = []string{"example.com", "example.org", "example.net", "mail.example.com"}
)
