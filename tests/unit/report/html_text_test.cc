#include "report/html_text.h"

#include <gtest/gtest.h>

namespace pidometer {
namespace {

TEST(HtmlText, LeavesNothingThatHtmlTakesForMarkup) {
  EXPECT_EQ(html_text("<script>alert('1' & \"2\")</script>"),
            "&lt;script&gt;alert(&#39;1&#39; &amp; &quot;2&quot;)&lt;/script&gt;");
}

TEST(HtmlText, KeepsAllElse) {
  EXPECT_EQ(html_text("root (11/08-08:50:00-2441) CMD (   /sbin/rmmod -as) é"),
            "root (11/08-08:50:00-2441) CMD (   /sbin/rmmod -as) é");
}

}  // namespace
}  // namespace pidometer
