package tui

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A scene is a state of the console that has a golden file: every screen, empty and filled, and
// every overlay.
type scene struct {
	name  string
	set   func(*testStore) // adds the records
	play  func(*console)   // presses keys
	whole bool             // whether the golden file has all sizes, because the layout depends on them
}

// scenes returns all scenes. Each file of tests adds its own.
func scenes() []scene {
	return slices.Concat(webhookScenes(), trafficScenes(), overlayScenes(), fireScenes(), receiverScenes(), deliveryScenes(), campaignScenes(), executeScenes(), callScenes(), checkScenes())
}

func sizes() [][2]int { return [][2]int{{60, 20}, {80, 24}, {120, 30}, {200, 50}} }

// show plays a scene and then runs a test.
func (s scene) show(t *testing.T, th theme, test func(*console)) {
	testConsoleWith(t, th, func(c *console) {
		s.begin(c)
		test(c)
	})
}

// begin plays a scene on a console that has just started.
func (s scene) begin(c *console) {
	c.rapid = true
	if s.set != nil {
		s.set(c.store)
		c.wait(changeGap)
		c.wait(changeGap)
	}
	if s.play != nil {
		s.play(c)
	}
}

// TestGolden compares every scene, without colours, with its golden file: screens at four sizes,
// overlays at the two most common ones.
func TestGolden(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			s.show(t, plainTheme, func(c *console) {
				for _, size := range sizes() {
					fits(t, c, size[0], size[1])
					if common := size[0] == 80 || size[0] == 120; common || s.whole {
						fmt.Fprintf(&b, "=== %d×%d\n%s\n", size[0], size[1], unpadded(c.view()))
					}
				}
				fitsAnySize(t, c)
			})
			golden(t, s.name+".txt", b.String())
		})
	}
}

func unpadded(screen string) string {
	lines := strings.Split(screen, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

// TestColours compares the escape sequences of a screen that has almost every colour, and of
// another one that the README shows.
func TestColours(t *testing.T) {
	t.Parallel()
	for name, themes := range map[string][]theme{"receiver-failed": {darkTheme, lightTheme}, "deliveries-probe": {darkTheme}} {
		i := slices.IndexFunc(scenes(), func(s scene) bool { return s.name == name })
		for _, th := range themes {
			scenes()[i].show(t, th, func(c *console) {
				fits(t, c, 120, 30)
				golden(t, name+"."+string(th)+".txt", c.view()+"\n")
			})
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; if the change is intended, run the tests with -update:\n%s", path, firstDifference(ansi.Strip(got), ansi.Strip(string(want))))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d\n got %q\nwant %q", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("the colours, or the number of lines: got %d, want %d", len(g), len(w))
}

// fitsAnySize draws a scene at the sizes at which something changes, and at some random ones.
func fitsAnySize(t *testing.T, c *console) {
	t.Helper()
	name := fnv.New64()
	_, _ = name.Write([]byte(t.Name())) // so that each scene is tried at other sizes
	rng := rand.New(rand.NewPCG(name.Sum64(), 2))
	for range randomSizes {
		fits(t, c, 1+rng.IntN(220), 1+rng.IntN(60))
	}
	odd := [][2]int{{1, 1}, {114, 20}, {115, 20}, {189, 31}, {190, 31}, {220, 60}}
	for _, size := range odd[:oddSizes] {
		fits(t, c, size[0], size[1])
	}
}

func fits(t *testing.T, c *console, width, height int) {
	t.Helper()
	c.size(width, height)
	checkFits(t, c, width, height)
}

// checkFits fails unless a view has exactly the given size and nothing in it moves the cursor.
func checkFits(t *testing.T, c *console, width, height int) {
	t.Helper()
	lines := strings.Split(c.view(), "\n")
	if len(lines) != height {
		t.Errorf("at %d×%d: got a view of %d lines", width, height, len(lines))
	}
	for i, line := range lines {
		plain := ansi.Strip(line)
		if maxCells(plain) > width && ansi.StringWidth(plain) > width {
			t.Fatalf("at %d×%d: line %d is %d cells wide: %q", width, height, i+1, ansi.StringWidth(plain), plain)
		}
		if strings.ContainsFunc(plain, movesTheCursor) {
			t.Fatalf("at %d×%d: line %d contains a control character: %q", width, height, i+1, plain)
		}
	}
}

// maxCells returns an upper bound of a text's width. It takes a fraction of the time that the
// exact width takes.
func maxCells(plain string) (n int) {
	for _, r := range plain {
		n++
		if narrow := r < 0x1100 || r == '…' || 0x2500 <= r && r < 0x2580; !narrow {
			n++
		}
	}
	return n
}

func movesTheCursor(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u202e' }
