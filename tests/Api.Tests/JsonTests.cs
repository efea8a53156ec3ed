using System.Text;
using Navarch.Api.Core.V1;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;

namespace Navarch.Api.Tests;

public sealed class JsonTests
{
    private const string Pod =
        """{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"default","labels":{"a":"1","b":"\u003c2"}},"spec":{"volumes":[{"name":"tmp","emptyDir":{}}],"containers":[{"name":"web","image":"nginx","ports":[{"containerPort":80}],"resources":{"limits":{"cpu":"500m"}},"livenessProbe":{"httpGet":{"path":"/","port":"http"}}}]},"status":{}}""";

    [Fact]
    public void What_is_read_is_written_byte_for_byte()
    {
        var pod = ApiJson.Parse<Pod>(Encoding.UTF8.GetBytes(Pod));

        Assert.Equal("nginx", pod.Spec.Containers[0].Image);
        Assert.Equal(Pod, Encoding.UTF8.GetString(ApiJson.ToUtf8(pod)));
    }

    [Fact]
    public void Two_readings_are_equal_and_a_deep_change_is_not()
    {
        var one = ApiJson.Parse<Pod>(Encoding.UTF8.GetBytes(Pod));
        var two = ApiJson.Parse<Pod>(Encoding.UTF8.GetBytes(Pod));

        Assert.Equal(one, two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
        Assert.NotEqual(one, ApiJson.Parse<Pod>(Encoding.UTF8.GetBytes(Pod.Replace("500m", "501m", StringComparison.Ordinal))));
    }

    [Fact]
    public void Unknown_and_duplicate_fields_are_reported_by_path()
    {
        var reader = new ApiReader("""{"spec":{"containers":[{"name":"a","nome":"b"},{"name":"a","name":"b"}],"x":{"y":[1]}}}"""u8);
        reader.Start();
        _ = Core.V1.Pod.Read(ref reader);

        Assert.Equal(["unknown field \"spec.containers[0].nome\"", "duplicate field \"spec.containers[1].name\"", "unknown field \"spec.x\""], reader.Problems);
    }

    [Fact]
    public void A_value_of_the_wrong_type_is_named_with_its_path()
    {
        var error = Assert.Throws<ApiJsonException>(() => ApiJson.Parse<ConfigMap>("""{"data":{"lives":3}}"""u8));

        Assert.Equal("json: cannot unmarshal number into Go struct field ConfigMap.data of type string", error.Message);
    }

    [Fact]
    public void The_place_of_the_version_is_known_after_writing()
    {
        var writer = new ApiWriter();
        new ConfigMap { Metadata = new ObjectMeta { Name = "a", UID = "u", Generation = 3 } }.WriteObject(writer);

        var text = Encoding.UTF8.GetString(writer.Written.Span);
        Assert.Equal(text.IndexOf(",\"generation\"", StringComparison.Ordinal), writer.VersionPosition);
    }

    [Theory]
    [InlineData("1000m", "1")]
    [InlineData("0.5", "500m")]
    [InlineData("1Gi", "1Gi")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1500Mi", "1500Mi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("100000", "100k")]
    [InlineData("12e6", "12e6")]
    [InlineData("0.1Ki", "102400m")]
    [InlineData("1n", "1n")]
    [InlineData("0.1n", "1n")]
    [InlineData("-5", "-5")]
    public void Quantities_have_one_canonical_form(string read, string written) => Assert.Equal(written, Quantity.Parse(read).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("1KiB")]
    [InlineData("abc")]
    [InlineData("1 Gi")]
    public void What_is_not_a_quantity_is_refused(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Theory]
    [InlineData("1h30m", "1h30m0s")]
    [InlineData("1500ms", "1.5s")]
    [InlineData("0", "0s")]
    [InlineData("1m", "1m0s")]
    public void Durations_are_written_as_Go_writes_them(string read, string written) => Assert.Equal(written, Duration.Parse(read).ToString());
}
