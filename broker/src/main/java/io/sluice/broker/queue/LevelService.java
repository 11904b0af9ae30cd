package io.sluice.broker.queue;

/** Which of the levels that wait is served next. */
interface LevelService {
    /** A level is served only while all higher ones are empty. */
    LevelService HIGHEST_FIRST = new LevelService() {
        @Override
        public int choose(int candidates) {
            return 31 - Integer.numberOfLeadingZeros(candidates);
        }

        @Override
        public void served(int level) {}
    };

    /** @param candidates bits of levels, at least one */
    int choose(int candidates);

    /** The level, chosen before, got one dispatch. */
    void served(int level);
}
