/* Word scores of all forms (docs/spec/request.md, Word score; edge_er/text/words.py says what each part means). */
#include <stddef.h>

#include "edge_er.h"

/* Counts of a form's words that share one number: those that are said, that it must hold, that are strong. */
#define MUST ((int64_t)1 << 21)
#define STRONG ((int64_t)1 << 42)
#define SAID_OF(counts) ((int32_t)((counts) % MUST))
#define MUST_OF(counts) ((int32_t)((counts) % STRONG / MUST))

enum { WHOLE = 1, PART = 2, HOLDS = 4 };

static int32_t smaller(int32_t one, int32_t other) { return one < other ? one : other; }
static int32_t larger(int32_t one, int32_t other) { return one > other ? one : other; }

static void count_words(const er_words *of, const er_said *said, int64_t *restrict counts)
{
    for (int64_t form = 0; form < of->form_count; form++)
        counts[form] = 0;
    for (int32_t i = 0; i < said->count; i++) {
        int32_t word = said->numbers[i], must = said->kinds[i] & 1;
        int64_t says = 1 + (must ? MUST : 0) + ((must && said->weak_alone) || !of->weak[word] ? STRONG : 0);
        for (int64_t at = of->starts[word]; at < of->starts[word + 1]; at++)
            counts[of->forms[at]] += says;
    }
}

/* How the request says a form: WHOLE or PART, and whether the form HOLDS the name; 0 for neither. */
static int how_said(const er_said *said, int64_t counts, int32_t size)
{
    int holds = MUST_OF(counts) == said->content && SAID_OF(counts) > 0, strong = counts >= STRONG;
    if (SAID_OF(counts) == size && (strong || holds || (said->weak_alone && SAID_OF(counts) > 0)))
        return WHOLE | (holds ? HOLDS : 0);
    return holds && strong ? PART | HOLDS : 0;
}

/* The forms that are said, ascending, and in `scores` the place of each among them: how many there are. */
static int64_t said_forms(const er_words *of, const er_said *said, const int64_t *counts, int32_t *scores,
                          uint8_t *how, int64_t *found)
{
    int64_t size = 0, parts = 0, least = said->weak_alone ? 1 : MUST;
    for (int64_t form = 0; form < of->form_count; form++) {
        scores[form] = ER_NO_SCORE;
        if (counts[form] < least)
            continue;
        int kind = how_said(said, counts[form], of->sizes[form]);
        if (!kind)
            continue;
        parts += kind & PART ? 1 : 0;
        how[size] = (uint8_t)kind;
        found[size++] = form;
    }
    int64_t kept = 0;
    for (int64_t i = 0; i < size; i++) {
        if (how[i] & PART && said->weak_alone && parts > said->weak_forms)
            continue; /* too many forms have these weak words */
        scores[found[i]] = (int32_t)kept;
        how[kept] = how[i];
        found[kept++] = found[i];
    }
    return kept;
}

/* What the said words of each form gain, with what omitting them would have cost, and what they explain. */
static void add_up(const er_words *of, const er_said *said, const int32_t *places, int32_t *gained, int32_t *explained)
{
    for (int32_t i = 0; i < said->count; i++) {
        int32_t word = said->numbers[i];
        int32_t gain = said->kinds[i] & 1 && said->weak_alone ? of->gains[word] : of->gains_in_part[word];
        for (int64_t at = of->starts[word]; at < of->starts[word + 1]; at++) {
            int32_t place = places[of->forms[at]];
            if (place < 0)
                continue;
            gained[place] += gain + of->omissions[at];
            explained[place] += said->costs[i];
        }
    }
}

/* The place of a word among those that the request says, -1 for none. */
static int32_t place_of(const er_said *said, int32_t word)
{
    for (int32_t i = 0; i < said->count; i++)
        if (said->numbers[i] == word)
            return i;
    return -1;
}

/* How many of the first words of a form stand together in the request. */
static int32_t beginning(const er_said *said, const int32_t *words, int32_t size)
{
    int32_t longest = 0;
    for (int32_t start = 0; start < said->text_size; start++) {
        int32_t length = 0;
        while (length < size && start + length < said->text_size && said->text[start + length] == words[length])
            length++;
        longest = larger(longest, length);
    }
    return longest;
}

/* The score of a form that has a rare word of the name, where it has been given `score` so far. */
static int32_t with_rare_word(const er_words *of, const er_said *said, int64_t form, int holds, int32_t score)
{
    const int32_t *words = of->form_words + of->form_starts[form];
    const int32_t *omissions = of->form_omissions + of->form_starts[form];
    int32_t size = (int32_t)(of->form_starts[form + 1] - of->form_starts[form]);
    int32_t begins = holds ? 0 : beginning(said, words, size);
    int32_t rest = said->left, gains = 0, omitted = 0, first = 0, rare = 0;
    int alone = 1; /* all words are said, and none is a filler */
    for (int32_t i = 0; i < size; i++) {
        int32_t place = holds || i < begins ? place_of(said, words[i]) : -1;
        alone &= place >= 0 && !(said->kinds[place] & 4);
        if (place < 0) {
            omitted += omissions[i];
            continue;
        }
        rest -= said->costs[place];
        gains += of->gains_in_part[words[i]];
        first |= i == 0;
        rare |= said->kinds[place] & 2;
    }
    rest = larger(rest, 0);
    int32_t begun = gains - smaller(omitted, said->omitted_most) - (alone ? 0 : smaller(rest, said->sentence));
    if (holds && rest <= said->rare_left)
        return said->rare_gain + (first ? larger(score, begun) : score);
    return (alone || score == ER_NO_SCORE) && rare ? larger(score, begun) : score;
}

static void score_rare(const er_words *of, const er_said *said, const int64_t *counts, int32_t *scores, uint8_t *part)
{
    for (int32_t i = 0; i < said->count; i++) {
        int32_t word = said->numbers[i];
        if (!(said->kinds[i] & 2))
            continue;
        for (int64_t at = of->starts[word]; at < of->starts[word + 1]; at++) {
            int32_t form = of->forms[at];
            if (part[form] & 2)
                continue; /* another rare word brought it */
            scores[form] = with_rare_word(of, said, form, MUST_OF(counts[form]) == said->content, scores[form]);
            part[form] |= 2;
        }
    }
    for (int32_t i = 0; i < said->count; i++)
        for (int64_t at = of->starts[said->numbers[i]]; said->kinds[i] & 2 && at < of->starts[said->numbers[i] + 1]; at++)
            part[of->forms[at]] &= 1;
}

/* The word score of each form, `scores` int32 [forms], ER_NO_SCORE where the words say nothing; in `phrase`, uint8
   [forms], whether it is a phrase because it holds the name; in `part` whether it is said in part.

   The forms that are said whole without holding the name are `others`: whether they are phrases hangs on the text.
   Gives how many these are. `work` has room for 2 * forms int64, `others` for forms int64. */
ER_EXPORT int64_t ER(word_scores)(const er_words *of, const er_said *said, int64_t *work, int32_t *scores,
                                  uint8_t *phrase, uint8_t *part, int64_t *others)
{
    int64_t *counts = work, other_count = 0;
    int32_t *gained = (int32_t *)(work + of->form_count), *explained = gained + of->form_count;
    count_words(of, said, counts);
    uint8_t *how = phrase; /* [found], read before any place up to it is written for good */
    int64_t found = said_forms(of, said, counts, scores, how, others);
    for (int64_t i = 0; i < found; i++)
        gained[i] = explained[i] = 0;
    add_up(of, said, scores, gained, explained);
    for (int64_t form = 0; form < of->form_count; form++)
        part[form] = 0;
    for (int64_t i = 0; i < found; i++) {
        int64_t form = others[i];
        int32_t rest = larger(said->left - explained[i], 0), whole = how[i] & WHOLE;
        scores[form] = whole ? of->worth[form] - smaller(rest, said->sentence) : gained[i] - of->omitted[form] - rest;
        part[form] = !whole && rest == said->unknown;
        gained[i] = how[i];
    }
    for (int64_t form = 0; form < of->form_count; form++)
        phrase[form] = 0;
    for (int64_t i = 0; i < found; i++) {
        if (gained[i] & WHOLE && (gained[i] & HOLDS || said->weak_alone))
            phrase[others[i]] = 1;
        else if (gained[i] & WHOLE)
            others[other_count++] = others[i];
    }
    score_rare(of, said, counts, scores, part);
    return other_count;
}
