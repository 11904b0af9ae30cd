package io.sluice.amqp.netty;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Addresses of proxies that are believed who their clients are. Any thread.
 *
 * @param ranges addresses, or networks as {@code 10.0.0.0/8}
 */
public record TrustedProxies(List<String> ranges) {
    public TrustedProxies {
        ranges = List.copyOf(ranges);
    }

    /** @throws IllegalArgumentException one of them is none */
    public void check() {
        ranges.forEach(TrustedProxies::rule);
    }

    boolean contain(InetSocketAddress address) {
        return ranges.stream().anyMatch(range -> rule(range).matches(address));
    }

    private static IpSubnetFilterRule rule(String range) {
        int slash = range.indexOf('/');
        String address = slash < 0 ? range : range.substring(0, slash);
        int most = NetUtil.isValidIpV4Address(address) ? 32 : 128;
        if (most == 128 && !NetUtil.isValidIpV6Address(address)) {
            throw new IllegalArgumentException("\"" + range + "\" is no address and no network such as 10.0.0.0/8");
        }
        String bits = slash < 0 ? Integer.toString(most) : range.substring(slash + 1);
        if (!bits.matches("[0-9]{1,3}") || Integer.parseInt(bits) > most) {
            throw new IllegalArgumentException(
                    "\"" + range + "\" has no number of bits from 0 to " + most + " behind its slash");
        }
        return new IpSubnetFilterRule(address, Integer.parseInt(bits), IpFilterRuleType.ACCEPT);
    }
}
