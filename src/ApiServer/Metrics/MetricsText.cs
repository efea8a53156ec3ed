using System.Globalization;
using System.Text;

namespace Navarch.ApiServer.Metrics;

/// <summary>Writes figures in Prometheus' text form. Labels are names of what is served and need no escapes.</summary>
internal sealed class MetricsText
{
    private readonly StringBuilder text = new(64 * 1024);
    private string name = "";

    /// <summary>Begins a metric; samples follow.</summary>
    /// <param name="type">counter, gauge or histogram.</param>
    public MetricsText Begin(string metric, string type, string help)
    {
        name = metric;
        text.Append("# HELP ").Append(metric).Append(' ').Append(help).Append("\n# TYPE ").Append(metric).Append(' ').Append(type).Append('\n');
        return this;
    }

    /// <param name="labels">As they stand between the braces; empty for none.</param>
    public void Add(string labels, double value) => Line("", labels, "", value);

    /// <summary>A metric of one sample.</summary>
    public void Add(string metric, string type, string help, double value) => Begin(metric, type, help).Add("", value);

    public void Add(string labels, Histogram histogram) => histogram.Write(this, labels);

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(text.ToString());

    internal void Line(string suffix, string labels, string last, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length + last.Length > 0)
        {
            text.Append('{').Append(labels).Append(labels.Length > 0 && last.Length > 0 ? "," : "").Append(last).Append('}');
        }

        text.Append(' ').Append(CultureInfo.InvariantCulture, $"{value}").Append('\n');
    }
}
