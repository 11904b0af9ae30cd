package io.sluice.amqp.management;

import io.sluice.amqp.filter.InvalidFilterException;
import io.sluice.amqp.filter.StoredFilter;
import io.sluice.broker.Subscription.Selection;
import java.util.Optional;

/** Which messages somebody asks for in a request: by a JMS selector, an SQL filter, or all of them. */
final class RequestedFilter {
    static final String SELECTOR = "selector";
    static final String SQL = "sql";

    private RequestedFilter() {}

    /** @throws ManagementException both are given, or it cannot be read: the text says where */
    static Selection of(ManagementRequest request) throws ManagementException {
        Optional<String> selector = request.textArgument(SELECTOR);
        Optional<String> sql = request.textArgument(SQL);
        if (selector.isPresent() && sql.isPresent()) {
            throw ManagementException.badRequest("attributes 'selector' and 'sql' exclude each other");
        }
        try {
            if (sql.isPresent()) {
                return StoredFilter.ofSql(sql.get());
            }
            return selector.isPresent() ? StoredFilter.ofSelector(selector.get()) : Selection.ALL;
        } catch (InvalidFilterException e) {
            throw ManagementException.badRequest(
                    "attribute '" + (sql.isPresent() ? SQL : SELECTOR) + "' cannot be read: " + e.getMessage());
        }
    }
}
