using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Tests.Profiles;

public sealed class AddressPlanTests
{
    [Fact]
    public void The_first_profile_gets_the_addresses_everybody_knows()
    {
        var plan = AddressPlan.Next([], _ => true);

        Assert.Equal("10.244.0.0/16", plan.PodCidr.ToString());
        Assert.StartsWith("10.96.0.0/", plan.ServiceCidr.ToString(), StringComparison.Ordinal);
        Assert.Equal("10.96.0.1", plan.KubernetesServiceAddress.ToString());
        Assert.Equal((6443, 10250), (plan.ApiPort, plan.KubeletPort));
    }

    [Fact]
    public void No_two_profiles_share_an_address_or_a_port()
    {
        var plans = new List<AddressPlan>();
        for (var i = 0; i < 8; i++)
        {
            plans.Add(AddressPlan.Next(plans, _ => true));
        }

        foreach (var (a, b) in plans.SelectMany((a, i) => plans.Skip(i + 1).Select(b => (a, b))))
        {
            Assert.False(AddressPlan.Overlap(a.PodCidr, b.PodCidr));
            Assert.False(AddressPlan.Overlap(a.ServiceCidr, b.ServiceCidr));
            Assert.False(AddressPlan.Overlap(a.PodCidr, b.ServiceCidr));
            Assert.NotEqual(a.ApiPort, b.ApiPort);
            Assert.NotEqual(a.KubeletPort, b.KubeletPort);
            Assert.NotEqual(a.MirrorPort, b.MirrorPort);
        }
    }

    [Fact]
    public void A_deleted_profiles_addresses_are_used_again()
    {
        var first = AddressPlan.Next([], _ => true);
        var second = AddressPlan.Next([first], _ => true);

        Assert.Equal(first, AddressPlan.Next([second], _ => true));
    }

    [Fact]
    public void Ports_that_are_taken_are_skipped()
    {
        var plan = AddressPlan.Next([], port => port is not (6443 or 6444 or 10250));

        Assert.Equal((6445, 10251), (plan.ApiPort, plan.KubeletPort));
    }

    [Fact]
    public void A_ninth_profile_is_refused_with_what_to_do()
    {
        var plans = new List<AddressPlan>();
        for (var i = 0; i < 8; i++)
        {
            plans.Add(AddressPlan.Next(plans, _ => true));
        }

        var refusal = Assert.Throws<ClusterException>(() => AddressPlan.Next(plans, _ => true));

        Assert.Contains("navarch delete", refusal.Advice, StringComparison.Ordinal);
    }
}
