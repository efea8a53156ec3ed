using Navarch.Api.Core.V1;
using Navarch.Testing;

namespace Navarch.Controllers.Tests;

public sealed class LeastValuableFirstTests
{
    public static TheoryData<string, Pod, Pod> Pairs
    {
        get
        {
            var old = A.Now.AddHours(-10);
            return new()
            {
                { "not assigned", A.Pod("x"), A.Pod("y", node: "n") },
                { "pending", A.Pod("x", node: "n"), A.Pod("y", node: "n", ready: false) },
                { "not ready", A.Pod("x", node: "n", ready: false), A.Pod("y", node: "n", ready: true) },
                { "cheap to delete", Costing(A.Pod("x", node: "n", ready: true), "-5"), A.Pod("y", node: "n", ready: true) },
                { "crowded", A.Pod("x", node: "crowded", ready: true), A.Pod("y", node: "n", ready: true) },
                { "ready for a shorter time", A.Pod("x", node: "n", ready: true, created: old, readySince: A.Now.AddMinutes(-1)), A.Pod("y", node: "n", ready: true, created: old) },
                { "restarted more often", A.Pod("x", node: "n", ready: true, restarts: 3), A.Pod("y", node: "n", ready: true) },
                { "younger", A.Pod("x", node: "n", ready: true, readySince: A.Now), A.Pod("y", node: "n", ready: true, readySince: A.Now, created: old) },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void It_goes_first_that_is(string what, Pod first, Pod second)
    {
        var order = new LeastValuableFirst(A.Now, new Dictionary<string, int> { ["crowded"] = 3, ["n"] = 1 });

        Assert.True(order.Compare(first, second) < 0, what);
        Assert.True(order.Compare(second, first) > 0, what);
    }

    private static Pod Costing(Pod pod, string cost) =>
        pod with { Metadata = pod.Metadata with { Annotations = [new("controller.kubernetes.io/pod-deletion-cost", cost)] } };
}
