package io.sluice.storage.mapdb;

/** Sizes of body records. Few and fixed, so that a slot fits again and the file stops growing when the backlog does. */
enum SizeClass {
    KB_4(4096),
    KB_8(8192),
    KB_16(16384),
    KB_32(32768),
    /** The largest record MapDB keeps in one piece. */
    KB_64(StoreRecords.MAX_BYTES);

    static final SizeClass[] ALL = values();

    final int bytes;

    SizeClass(int bytes) {
        this.bytes = bytes;
    }

    static SizeClass fitting(int bytes) {
        for (SizeClass candidate : ALL) {
            if (bytes <= candidate.bytes) {
                return candidate;
            }
        }
        throw new IllegalArgumentException(bytes + " bytes fit no page");
    }
}
