"""Words, in Kazakh and in Russian: sentences, dates and money."""
