package io.sluice.broker.record;

import io.sluice.broker.Divert;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.definitions.Policy;
import io.sluice.broker.record.DefinitionRecord.DivertDefined;
import io.sluice.broker.record.DefinitionRecord.DivertDeleted;
import io.sluice.broker.record.DefinitionRecord.PolicyDefined;
import io.sluice.broker.record.DefinitionRecord.PolicyDeleted;
import io.sluice.broker.record.DefinitionRecord.UserDefined;
import io.sluice.broker.record.DefinitionRecord.UserDeleted;
import io.sluice.broker.security.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What remains of records about definitions: the last word on each. One thread. */
public final class DefinitionRecords {
    private final Map<String, User> users = new TreeMap<>();
    private final Map<String, Policy> policies = new TreeMap<>();
    private final Map<String, Divert> diverts = new TreeMap<>();

    public void apply(DefinitionRecord record) {
        if (record instanceof UserDefined defined) {
            users.put(defined.user().name(), defined.user());
        } else if (record instanceof UserDeleted deleted) {
            users.remove(deleted.name());
        } else if (record instanceof PolicyDefined defined) {
            policies.put(defined.policy().name(), defined.policy());
        } else if (record instanceof PolicyDeleted deleted) {
            policies.remove(deleted.name());
        } else if (record instanceof DivertDefined defined) {
            diverts.put(defined.divert().name(), defined.divert());
        } else if (record instanceof DivertDeleted deleted) {
            diverts.remove(deleted.name());
        }
    }

    /** Records that make these definitions out of none. */
    public List<DefinitionRecord> all() {
        List<DefinitionRecord> all = new ArrayList<>();
        users.values().forEach(user -> all.add(new UserDefined(user)));
        policies.values().forEach(policy -> all.add(new PolicyDefined(policy)));
        diverts.values().forEach(divert -> all.add(new DivertDefined(divert)));
        return all;
    }

    /** As they are now. */
    public Definitions current() {
        return Definitions.of(users, policies.values(), diverts.values());
    }
}
